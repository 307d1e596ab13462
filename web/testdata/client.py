"""A client of a station, written from PROTOCOL.md: it reads the binary messages and
writes each as the JSON that says the same, a line each, until goodbye.

    python3 client.py HOST PORT STATION [LEAVE]

With LEAVE it drops the line after so many score messages, without a word, and comes
back for those that follow.
"""

import base64
import json
import os
import socket
import struct
import sys


class Line:
    """A WebSocket, as far as a listener needs one (RFC 6455)."""

    def __init__(self, host, port, path):
        self.sock = socket.create_connection((host, port), timeout=20)
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall((f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                           f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
        self.file = self.sock.makefile("rb")
        status = self.file.readline()
        if b" 101 " not in status:
            raise SystemExit(f"no WebSocket: {status!r}")
        while self.file.readline() not in (b"\r\n", b""):
            pass

    def take(self, n):
        p = self.file.read(n)
        if len(p) < n:
            raise EOFError
        return p

    def send(self, op, payload):
        mask = os.urandom(4)
        self.sock.sendall(bytes([0x80 | op, 0x80 | len(payload)]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))

    def message(self):
        while True:
            op, n = self.take(2)
            if n == 126:
                n = int.from_bytes(self.take(2), "big")
            elif n == 127:
                n = int.from_bytes(self.take(8), "big")
            payload = self.take(n)
            if op & 15 == 9:
                self.send(10, payload)
            elif op & 15 == 8:
                raise EOFError
            elif op == 0x82:
                return payload


class Bytes:
    def __init__(self, p):
        self.p, self.at = p, 0

    def left(self):
        return len(self.p) - self.at

    def take(self, n):
        if n > self.left():
            raise ValueError("it is cut off")
        self.at += n
        return self.p[self.at - n:self.at]

    def byte(self):
        return self.take(1)[0]

    def uint(self):
        v = shift = 0
        while True:
            b = self.byte()
            v |= (b & 127) << shift
            shift += 7
            if b < 128:
                return v

    def int(self):
        return zigzag(self.uint())

    def text(self):
        return self.take(self.uint()).decode()

    def real(self):
        return struct.unpack("<d", self.take(8))[0]


def zigzag(v):
    return v >> 1 ^ -(v & 1)


PARAMS = ["volume", "duty", "pan", "bend", "vibrato", "echo"]


class Reader:
    """Holds what later messages refer to: the piece."""

    def read(self, p):
        kind, r = p[0], Bytes(p[1:])
        if kind in (1, 2, 6):
            m = json.loads(r.take(r.left()))
            if kind != 6:
                self.piece = m["piece"] if kind == 1 else m
                self.slots = {v["slot"]: v["name"] for v in self.piece["voices"]}
            return m
        if kind == 3:
            m = {"type": "score", "seq": r.uint(), "begin": r.uint(), "frames": r.uint()}
            notes, controls = self.commands(Bytes(r.take(r.uint())))
            self.causes(r, notes)
            m["notes"] = notes
            if controls:
                m["controls"] = controls
            marks = self.marks(r, m["begin"], notes)
            if marks:
                m["marks"] = marks
        elif kind == 4:
            m = {"type": "keyframe", "seq": r.uint(), "frame": r.uint()}
            r.take(r.uint())
            m["marks"] = self.marks(r, m["frame"])
        elif kind == 5:
            m = {"type": "clock", "zero_us": r.int(), "now_us": r.int()}
            token = r.uint()
            if token:
                m["token"] = str(token)
        else:
            return {"type": "unknown", "kind": kind}
        if r.left():
            raise ValueError(f"{r.left()} bytes are left of a message of kind {kind}")
        return m

    def voice(self, slot):
        return self.slots.get(slot, str(slot))

    def commands(self, r):
        notes, controls, lane, frames = [], [], 0, [0, 0]
        while r.left():
            op = r.byte()
            if op in (2, 3, 4, 5, 6, 7):
                frames[lane] += r.uint()
            if op == 1:
                frames[lane] = r.uint()
            elif op == 2:
                r.byte(), r.uint(), r.int(), r.int(), r.byte(), r.int()
            elif op == 3:
                r.take(3), r.int(), r.int()
                for _ in range(5):
                    n, _, after = r.uint(), r.int(), r.uint()
                    for _ in range(n + after):
                        r.int()
                r.int(), r.uint(), r.uint(), r.uint(), r.int(), r.uint(), r.uint(), r.uint()
                r.take(16), r.uint(), r.uint(), r.int(), r.uint(), r.int(), r.uint()
            elif op in (4, 5):
                slot, pitch = r.byte(), r.byte() * 65536 if op == 4 else r.uint()
                velocity, pan, length = r.byte(), r.int(), r.uint()
                notes.append({"frame": frames[lane], "frames": length, "voice": self.voice(slot), "pitch": round(pitch / 65536, 5),
                              "velocity": round(velocity / 127, 4), "pan": pan / 100})
            elif op == 6:
                slot, param, value = r.byte(), r.byte(), r.int()
                if param < len(PARAMS):
                    controls.append({"frame": frames[lane], "voice": self.voice(slot), "param": PARAMS[param], "value": value})
            elif op == 7:
                r.byte()
            elif op == 8:
                r.uint()
                for _ in range(r.uint()):
                    r.int()
            elif op == 9:
                lane = r.byte()
            else:
                raise ValueError(f"command {op}")
        return notes, controls

    def causes(self, r, notes):
        event, said = 0, {}
        for i in range(r.uint()):
            maker, d, n = r.uint(), r.uint(), notes[i]
            n["maker"] = self.piece["makers"][maker]["name"]
            if d == 0:
                continue
            event += zigzag(d - 1)
            n["event"] = event
            step, said_now = r.uint(), r.text()
            if step:
                n["step"] = step
            if said_now:
                said[maker] = said_now
            if said.get(maker):
                n["from"] = said[maker]
            kind = r.byte()
            if kind:
                n["value"] = {1: r.int, 2: r.real, 3: r.text, 4: lambda: False, 5: lambda: True}[kind]()

    def marks(self, r, frame, notes=()):
        out, tick = [], 0
        for _ in range(r.uint()):
            kind = r.byte()
            frame += r.int()
            tick += r.int()
            m = {"frame": frame, "tick": tick}
            if kind == 0:
                m.update(kind="section", name=r.text())
            elif kind == 1:
                m.update(kind="caption", text=r.text())
                r.uint()
                m["event"] = r.uint()
            elif kind == 2:
                m.update(kind="key", name=r.text(), sharps=r.int())
                if r.byte():
                    m["minor"] = True
            elif kind == 3:
                m.update(kind="chord", name=r.text(), text=r.text())
            elif kind == 4:
                m.update(kind="meter", name=f"{r.uint()}/{r.uint()}")
            elif kind == 5:
                m.update(kind="tempo", tempo=r.uint())
            elif kind == 6:
                m.update(kind="signal", name=self.piece["signals"][r.uint()]["name"], value=r.real())
            elif kind == 7:
                m.update(kind="state", name=r.text(), text=r.text())
            else:
                body = Bytes(r.take(r.uint()))
                if kind == 10:
                    note = notes[body.uint()]
                    note["label"] = body.text()
                if kind != 8:
                    continue
                place, columns = body.uint(), len(self.piece["board"]["columns"])
                m.update(kind="board", row=place // columns, column=place % columns, text=body.text())
            # What is empty is left out.
            out.append({k: v for k, v in m.items() if k in ("frame", "tick", "value", "sharps", "row", "column") or v not in ("", 0)})
        return out


def main(host, port, station, leave=0):
    line, reader = Line(host, int(port), f"/s/{station}/ws"), Reader()
    left, run, seq = int(leave), "", 0
    while True:
        m = reader.read(line.message())
        print(json.dumps(m), flush=True)
        if m["type"] == "goodbye":
            return
        if m["type"] == "hello":
            run = m["run"]
        if m["type"] == "score":
            seq = m["seq"] + 1
            left -= 1
            if left == 0:
                line.sock.close()
                line = Line(host, int(port), f"/s/{station}/ws?run={run}&seq={seq}")


main(*sys.argv[1:])
