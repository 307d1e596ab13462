// What the scope of an AudioWorklet has, as far as the player uses it: TypeScript
// brings no library for it. https://webaudio.github.io/web-audio-api/#AudioWorkletGlobalScope

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

declare const currentFrame: number;
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new (options: any) => AudioWorkletProcessor): void;
