// What the page says, in the listener's language.

/** @typedef {keyof typeof english} Word */

const english = {
  listen: "Listen",
  pause: "Pause",
  connecting: "Tuning in …",
  lost: "The line is cut. Trying again …",
  over: "The station has gone off the air.",
  newer: "The station speaks a newer language: reload the page.",
  onAir: "On the air",
  others: "All stations",
  stations: "On the air",
  nothing: "Nothing is on.",
  unanswered: "The server does not answer. Trying again …",
  listeners: "{n} listening",
  board: "The board",
  legend: "Legend",
  legendDoes: "What you hear, and how it sounds. The station goes on softly meanwhile.",
  noLegend: "This station has no legend.",
  failedLegend: "The legend cannot be fetched. Trying again …",
  silentValue: "nothing of it plays",
  alikeLow: "A typical value sounds as a low one does.",
  alikeHigh: "A typical value sounds as a high one does.",
  alike: "{n} more of the kind",
  colon: ": ",
  idleBreath: "After {n} s without an event the music breathes: half the notes, in a slow swell.",
  idleSection: "After {n} s without an event comes this section: ",
  atOnce: "{n} events at once",
  soFar: "{what} so far",
  ofLate: "{what} of late",
  liveSeen: "the lowest to the highest value so far",
  liveRank: "the usual values of late",
  liveZscore: "what is usual so far, and what is far off",
  is_lowest: "the lowest",
  is_highest: "the highest",
  is_slowest: "the slowest",
  is_fastest: "the fastest",
  is_coldest: "the coldest",
  is_warmest: "the warmest",
  is_shortest: "the shortest",
  is_longest: "the longest",
  is_lightest: "the lightest",
  is_heaviest: "the heaviest",
  is_softest: "the softest",
  is_loudest: "the loudest",
  is_least: "the least",
  is_fewest: "the fewest",
  is_most: "the most",
  is_typical: "typical",
  is_middle: "the middle",
  is_below: "far below the mean",
  is_above: "far above the mean",
  is_always: "always",
  chance: "how often",
  shift: "height of the line",
  register: "octave",
  stretch: "pace of the theme",
  thin: "how much is left out",
  vary: "variation",
  ornament: "ornaments",
  choose: "theme",
  rotate: "rhythm",
  volume_of: "loudness of the voice",
  duty: "tone",
  bend: "bend",
  vibrato: "vibrato",
  echo: "echo",
  richness: "chords",
  tension: "tension of the chords",
  key_up: "key",
  mode: "mode",
  chanceUp: "more often",
  chanceDown: "less often",
  stretchUp: "slower",
  stretchDown: "faster",
  thinUp: "thinner",
  thinDown: "fuller",
  varyUp: "more varied",
  varyDown: "steadier",
  ornamentUp: "more ornate",
  ornamentDown: "plainer",
  dutyUp: "fuller in tone",
  dutyDown: "thinner in tone",
  bendUp: "bent up",
  bendDown: "bent down",
  vibratoUp: "more vibrato",
  vibratoDown: "less vibrato",
  echoUp: "more echo",
  echoDown: "less echo",
  richnessUp: "richer chords",
  richnessDown: "barer chords",
  tensionUp: "tenser chords",
  tensionDown: "calmer chords",
  keyUp: "a higher key",
  keyDown: "a lower key",
  chooseElse: "another theme",
  rotateElse: "another rhythm",
  chordsElse: "other chords",
  modeElse: "another mode",
  close: "Close",
  low: "low",
  typical: "typical",
  high: "high",
  hear: "Hear it: {what}",
  exactly: "exactly",
  signs: "Signs",
  sections: "Sections",
  to: "to",
  tone: "pitch",
  velocity: "loudness",
  length: "length",
  pan: "place, left to right",
  hits: "number of notes",
  tempo: "tempo",
  themore: "the more, the {what}",
  pitchUp: "higher",
  pitchDown: "lower",
  velocityUp: "louder",
  velocityDown: "softer",
  lengthUp: "longer",
  lengthDown: "shorter",
  panUp: "further right",
  panDown: "further left",
  hitsUp: "more notes",
  hitsDown: "fewer notes",
  tempoUp: "faster",
  tempoDown: "slower",
  otherUp: "more of it",
  otherDown: "less of it",
  sounded: "{n} of {all} events sounded",
  together: "{n} more together",
  eventsHeard: "{n} events",
  aMinute: "{n} in a minute",
  lastEvent: "the last {ago} ago",
  noneYet: "none yet",
  seconds: "{n} s",
  hours: "{n} h",
  lineUp: "connected",
  lineDown: "not connected",
  connectedTimes: "{n} times in all",
  messages: "{n} messages",
  lastMessage: "the last {ago} ago",
  failures: "{n} failures",
  lostForRoom: "{n} lost",
  cameLate: "{n} late",
  putRight: "{n} values put right",
  areMissing: "{n} values missing",
  leftOut: "{n} left out",
  keptOut: "{n} values kept out",
  hashed: "{n} values hashed",
  withheld: "{n} withheld, of groups too small",
  sourceIs: "{source}: {state}",
  broken: "The last edit cannot be played; the piece before it plays on.",
  wall: "For the wall",
  along: "Listen along:",
  spaceForSound: "space: sound · w: back",
  exact: "the station's own samples",
  blocks: "in blocks, for plain http",
  stream: "as a stream",
  behind: "{ms} ms after the event",
  volume: "Volume",
  mute: "Silence",
  voices: "Voices",
  muteVoice: "{voice}: silence",
  soloVoice: "{voice}: alone",
  pitch: "Pitch of the data",
  lower: "An octave lower",
  higher: "An octave higher",
  asWritten: "as written",
  octaves: "{n} oct.",
  theme: "Light or dark",
  language: "Français",
  keys: "Keys",
  help: "space listen · m silence · 1–9 a voice · shift 1–9 alone · ← → the notes of the data · − + volume · l legend · w wall",
  score: "The score, as it sounds. With the arrow keys go from one note of the data to another.",
  captions: "What happens",
  becomes: "becomes",
  pattern: "part of the music",
  waiting: "Every bright note is something that has just happened.",
  live: "live",
  idle: "quiet",
  stale: "no news",
  ended: "ended",
  failed: "out of reach",
  full: "The house is full. Trying again …",
  crowded: "Too many listen from your network. Trying again …",
  often: "Too many come at once. Trying again …",
  noStream: "The stream does not come. Press Listen once more.",
  allSilent: "All is silent: press m to hear it.",
  noSound: "This browser lets no sound out. Press Listen once more.",
  share: "Copy the link",
  shared: "Copied",
  more: "More",
  recall: "What did I just hear?",
  howLong: "How long",
  minutes: "{n} min",
  saveWav: "as sound (WAV)",
  saveMidi: "as notes (MIDI)",
  saving: "Being made …",
  saved: "Saved.",
  notSaved: "There is nothing to save yet.",
  midi: "MIDI instrument",
  midiAsk: "Look for instruments",
  midiOff: "none",
  midiNone: "No MIDI instrument is connected.",
  midiDenied: "This browser lets the page have no MIDI.",
  awake: "Keep the screen on",
  ticks: "Tick marks in the data’s time",
  helpMore: "page up/down an octave · t tick marks · s save what was heard · o more",

  away: "The station has gone off the air. Looking for it again …",
  nowhere: "No such station",
  nowhereSays: "There is no station of this name here, or it is no longer on.",
};

/** @type {Record<Word, string>} */
const french = {
  listen: "Écouter",
  pause: "Pause",
  connecting: "Connexion …",
  lost: "La ligne est coupée. Nouvel essai …",
  over: "La station a quitté l’antenne.",
  newer: "La station parle une langue plus récente : rechargez la page.",
  onAir: "À l’antenne",
  others: "Toutes les stations",
  stations: "À l’antenne",
  nothing: "Rien n’est diffusé.",
  unanswered: "Le serveur ne répond pas. Nouvel essai …",
  listeners: "{n} à l’écoute",
  board: "Le tableau",
  legend: "Légende",
  legendDoes: "Ce que l’on entend, et comment cela sonne. Pendant ce temps, la station continue tout bas.",
  noLegend: "Cette station n’a pas de légende.",
  failedLegend: "La légende ne vient pas. Nouvel essai …",
  silentValue: "rien n’en joue",
  alikeLow: "Une valeur courante sonne comme une valeur basse.",
  alikeHigh: "Une valeur courante sonne comme une valeur haute.",
  alike: "{n} autres de ce genre",
  colon: " : ",
  idleBreath: "Après {n} s sans événement, la musique respire : la moitié des notes, dans un lent va-et-vient.",
  idleSection: "Après {n} s sans événement vient cette section : ",
  atOnce: "{n} événements à la fois",
  soFar: "{what} jusqu’ici",
  ofLate: "{what} ces derniers temps",
  liveSeen: "de la plus basse à la plus haute valeur jusqu’ici",
  liveRank: "les valeurs habituelles de ces derniers temps",
  liveZscore: "ce qui est habituel jusqu’ici, et ce qui s’en écarte",
  is_lowest: "le plus bas",
  is_highest: "le plus haut",
  is_slowest: "le plus lent",
  is_fastest: "le plus rapide",
  is_coldest: "le plus froid",
  is_warmest: "le plus chaud",
  is_shortest: "le plus court",
  is_longest: "le plus long",
  is_lightest: "le plus léger",
  is_heaviest: "le plus lourd",
  is_softest: "le plus doux",
  is_loudest: "le plus fort",
  is_least: "le moins",
  is_fewest: "le moins",
  is_most: "le plus",
  is_typical: "courant",
  is_middle: "le milieu",
  is_below: "bien au-dessous de la moyenne",
  is_above: "bien au-dessus de la moyenne",
  is_always: "toujours",
  chance: "fréquence",
  shift: "hauteur de la ligne",
  register: "octave",
  stretch: "allure du thème",
  thin: "ce qui est omis",
  vary: "variation",
  ornament: "ornements",
  choose: "thème",
  rotate: "rythme",
  volume_of: "intensité de la voix",
  duty: "timbre",
  bend: "inflexion",
  vibrato: "vibrato",
  echo: "écho",
  richness: "accords",
  tension: "tension des accords",
  key_up: "tonalité",
  mode: "mode",
  chanceUp: "plus c’est fréquent",
  chanceDown: "plus c’est rare",
  stretchUp: "plus c’est lent",
  stretchDown: "plus c’est rapide",
  thinUp: "plus c’est clairsemé",
  thinDown: "plus c’est fourni",
  varyUp: "plus c’est varié",
  varyDown: "plus c’est régulier",
  ornamentUp: "plus c’est orné",
  ornamentDown: "plus c’est simple",
  dutyUp: "plus le timbre est plein",
  dutyDown: "plus le timbre est mince",
  bendUp: "plus le son monte",
  bendDown: "plus le son descend",
  vibratoUp: "plus il y a de vibrato",
  vibratoDown: "moins il y a de vibrato",
  echoUp: "plus il y a d’écho",
  echoDown: "moins il y a d’écho",
  richnessUp: "plus les accords sont riches",
  richnessDown: "plus les accords sont nus",
  tensionUp: "plus les accords sont tendus",
  tensionDown: "plus les accords sont calmes",
  keyUp: "plus la tonalité est haute",
  keyDown: "plus la tonalité est basse",
  chooseElse: "le thème change",
  rotateElse: "le rythme change",
  chordsElse: "les accords changent",
  modeElse: "le mode change",
  close: "Fermer",
  low: "bas",
  typical: "courant",
  high: "haut",
  hear: "Écouter : {what}",
  exactly: "en détail",
  signs: "Signes",
  sections: "Sections",
  to: "à",
  tone: "hauteur",
  velocity: "intensité",
  length: "durée",
  pan: "place, de gauche à droite",
  hits: "nombre de notes",
  tempo: "tempo",
  themore: "plus la valeur monte, {what}",
  pitchUp: "plus c’est aigu",
  pitchDown: "plus c’est grave",
  velocityUp: "plus c’est fort",
  velocityDown: "plus c’est doux",
  lengthUp: "plus c’est long",
  lengthDown: "plus c’est court",
  panUp: "plus c’est à droite",
  panDown: "plus c’est à gauche",
  hitsUp: "plus il y a de notes",
  hitsDown: "moins il y a de notes",
  tempoUp: "plus c’est rapide",
  tempoDown: "plus c’est lent",
  otherUp: "plus il y en a",
  otherDown: "moins il y en a",
  sounded: "{n} événements sur {all} ont sonné",
  together: "{n} autres ensemble",
  eventsHeard: "{n} événements",
  aMinute: "{n} en une minute",
  lastEvent: "le dernier il y a {ago}",
  noneYet: "aucun encore",
  seconds: "{n} s",
  hours: "{n} h",
  lineUp: "relié",
  lineDown: "sans liaison",
  connectedTimes: "{n} fois en tout",
  messages: "{n} messages",
  lastMessage: "le dernier il y a {ago}",
  failures: "{n} pannes",
  lostForRoom: "{n} perdus",
  cameLate: "{n} en retard",
  putRight: "{n} valeurs corrigées",
  areMissing: "{n} valeurs manquantes",
  leftOut: "{n} laissés de côté",
  keptOut: "{n} valeurs retenues",
  hashed: "{n} valeurs masquées",
  withheld: "{n} tus, de groupes trop petits",
  sourceIs: "{source} : {state}",
  broken: "La dernière modification ne peut pas être jouée ; la pièce précédente continue.",
  wall: "Pour le mur",
  along: "Pour écouter :",
  spaceForSound: "espace : le son · w : retour",
  exact: "les échantillons de la station",
  blocks: "par blocs, en http simple",
  stream: "en flux",
  behind: "{ms} ms après l’événement",
  volume: "Volume",
  mute: "Silence",
  voices: "Voix",
  muteVoice: "{voice} : silence",
  soloVoice: "{voice} : seule",
  pitch: "Hauteur des données",
  lower: "Une octave plus bas",
  higher: "Une octave plus haut",
  asWritten: "comme écrit",
  octaves: "{n} oct.",
  theme: "Clair ou sombre",
  language: "English",
  keys: "Touches",
  help: "espace écouter · m silence · 1–9 une voix · maj 1–9 seule · ← → les notes des données · − + volume · l légende · w mur",
  score: "La partition, telle qu’elle sonne. Les flèches vont d’une note des données à l’autre.",
  captions: "Ce qui se passe",
  becomes: "devient",
  pattern: "fait partie de la musique",
  waiting: "Chaque note vive est quelque chose qui vient d’arriver.",
  live: "en direct",
  idle: "calme",
  stale: "sans nouvelles",
  ended: "terminé",
  failed: "injoignable",
  full: "La salle est pleine. Nouvel essai …",
  crowded: "Trop d’auditeurs sur votre réseau. Nouvel essai …",
  often: "Trop de monde à la fois. Nouvel essai …",
  noStream: "Le flux ne vient pas. Appuyez encore sur Écouter.",
  allSilent: "Tout est muet : appuyez sur m pour entendre.",
  noSound: "Ce navigateur retient le son. Appuyez encore une fois sur Écouter.",
  share: "Copier le lien",
  shared: "Copié",
  more: "Plus",
  recall: "Qu’est-ce que je viens d’entendre ?",
  howLong: "Durée",
  minutes: "{n} min",
  saveWav: "en son (WAV)",
  saveMidi: "en notes (MIDI)",
  saving: "En préparation …",
  saved: "Enregistré.",
  notSaved: "Il n’y a encore rien à enregistrer.",
  midi: "Instrument MIDI",
  midiAsk: "Chercher des instruments",
  midiOff: "aucun",
  midiNone: "Aucun instrument MIDI n’est branché.",
  midiDenied: "Ce navigateur ne donne pas accès au MIDI.",
  awake: "Garder l’écran allumé",
  ticks: "Repères dans le temps des données",
  helpMore: "page préc./suiv. une octave · t repères · s enregistrer · o plus",

  away: "La station a quitté l’antenne. Elle est recherchée …",
  nowhere: "Station inconnue",
  nowhereSays: "Aucune station de ce nom ici, ou elle n’est plus à l’antenne.",
};

export const languages = { en: english, fr: french };

/** @typedef {keyof typeof languages} Language */

/** @type {Language} */
let language = "en";

/** @param {Language} l */
export function speak(l) {
  language = l;
}

/** @returns {Language} */
export function spoken() {
  return language;
}

/**
 * @param {Word} word
 * @param {Record<string, string | number>} [values] for what stands in braces
 */
export function say(word, values = {}) {
  return languages[language][word].replace(/\{(\w+)\}/g, (_, k) => String(values[k]));
}

/**
 * Figures as they are written where the listener is: "5,906" is 5.906 in half of Europe.
 * @param {string} text that a piece wrote in English
 */
export function figures(text) {
  if (language === "en") return text;
  return text.replace(/(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])/g, (m) => m.replaceAll(",", "\u202f"));
}

/**
 * What a value moves, by the engine's names, and what more and less of it is. The names of
 * the harmony have "harmony." before them.
 * @type {Record<string, {name: Word, up?: Word, down?: Word, otherwise?: Word}>}
 */
const carriers = {
  pitch: { name: "tone", up: "pitchUp", down: "pitchDown" },
  velocity: { name: "velocity", up: "velocityUp", down: "velocityDown" },
  length: { name: "length", up: "lengthUp", down: "lengthDown" },
  pan: { name: "pan", up: "panUp", down: "panDown" },
  chance: { name: "chance", up: "chanceUp", down: "chanceDown" },
  "rhythm.hits": { name: "hits", up: "hitsUp", down: "hitsDown" },
  "rhythm.rotate": { name: "rotate", otherwise: "rotateElse" },
  tempo: { name: "tempo", up: "tempoUp", down: "tempoDown" },
  register: { name: "register", up: "pitchUp", down: "pitchDown" },
  shift: { name: "shift", up: "pitchUp", down: "pitchDown" },
  stretch: { name: "stretch", up: "stretchUp", down: "stretchDown" },
  thin: { name: "thin", up: "thinUp", down: "thinDown" },
  vary: { name: "vary", up: "varyUp", down: "varyDown" },
  ornament: { name: "ornament", up: "ornamentUp", down: "ornamentDown" },
  choose: { name: "choose", otherwise: "chooseElse" },
  volume: { name: "volume_of", up: "velocityUp", down: "velocityDown" },
  duty: { name: "duty", up: "dutyUp", down: "dutyDown" },
  bend: { name: "bend", up: "bendUp", down: "bendDown" },
  vibrato: { name: "vibrato", up: "vibratoUp", down: "vibratoDown" },
  echo: { name: "echo", up: "echoUp", down: "echoDown" },
  "harmony.richness": { name: "richness", up: "richnessUp", down: "richnessDown" },
  "harmony.tension": { name: "tension", up: "tensionUp", down: "tensionDown" },
  "harmony.key_up": { name: "key_up", up: "keyUp", down: "keyDown" },
  "harmony.choose": { name: "richness", otherwise: "chordsElse" },
  "harmony.mode": { name: "mode", otherwise: "modeElse" },
};

/**
 * What a value moves, in a word; nothing for what has none.
 * @param {string} carrier
 */
export function carrierWord(carrier) {
  const c = carriers[carrier];
  return c ? say(c.name) : "";
}

/**
 * How it moves it: "the more, the higher". What is neither more nor less is only another.
 * @param {string} carrier
 * @param {string} [polarity] up, down or none
 */
export function polarityWord(carrier, polarity) {
  const c = carriers[carrier];
  if (polarity !== "up" && polarity !== "down") return c?.otherwise ? say(c.otherwise) : "";
  const word = c?.[polarity] ?? (c?.otherwise ? undefined : polarity === "up" ? "otherUp" : "otherDown");
  return word ? say("themore", { what: say(word) }) : say(/** @type {Word} */ (c.otherwise));
}

/**
 * What a value is among the values ("the slowest"), by the engine's code.
 * @param {string} code
 */
export function extremeWord(code) {
  const word = "is_" + code;
  return word in english ? say(/** @type {Word} */ (word)) : "";
}

/**
 * A number the way the language writes it.
 * @param {number} x
 * @param {number} [digits] that matter, in all
 */
export function number(x, digits = 3) {
  return new Intl.NumberFormat(language, { maximumSignificantDigits: digits }).format(x);
}

/** Headings of the boards of the library, which are written in English. @type {Record<string, string>} */
const terms = {
  serves: "service",
  player: "joueur",
  sets: "sets",
  games: "jeux",
  points: "points",
  side: "équipe",
  goals: "buts",
  minute: "minute",
  sold: "vendues",
  left: "restantes",
};

/**
 * A heading of a board in the language; one that is not known stays as the piece has it.
 * @param {string} word
 */
export function term(word) {
  return language === "fr" ? (terms[word] ?? word) : word;
}

const english12 = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
const french12 = ["do", "do♯", "ré", "mi♭", "mi", "fa", "fa♯", "sol", "la♭", "la", "si♭", "si"];

/**
 * The name of a pitch: A5; la4 in French, where octaves are counted one lower.
 * @param {number} pitch in semitones
 */
export function pitchName(pitch) {
  const key = Math.round(pitch);
  const octave = Math.floor(key / 12) - 1;
  const k = ((key % 12) + 12) % 12;
  return language === "fr" ? french12[k] + (octave - 1) : english12[k] + octave;
}
