# SPDX-License-Identifier: LGPL-2.1-or-later
"""A peer of a room that is aiortc: publishes a tone and a moving picture,
receives what the others publish, and reports on stdout, one JSON object a
line. Speaks the native protocol itself; sdp.py translates between ORTC
parameters and the SDP that aiortc wants.

Ends when stdin is closed.
"""
import argparse
import asyncio
import fractions
import json
import sys

import aioice.ice
import av
import numpy
import websockets
from aiortc import (MediaStreamTrack, RTCPeerConnection, RTCRtpSender,
                    RTCSessionDescription)

import sdp

# aioice leaves loopback out, and the test has no other network.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]

FPS = 20
WIDTH, HEIGHT = 320, 240
AUDIO_RATE = 48000
AUDIO_FRAME = 960  # samples: 20 ms
TONE_HZ = 440


def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


class Paced(MediaStreamTrack):
    """A track whose frames are due at fixed times, whatever the load."""

    def __init__(self, interval):
        super().__init__()
        self.interval = interval
        self.count = 0
        self.started = None

    async def recv(self):
        loop = asyncio.get_running_loop()
        if self.started is None:
            self.started = loop.time()
        due = self.started + self.count * self.interval
        await asyncio.sleep(max(0, due - loop.time()))
        frame = self.make(self.count)
        self.count += 1
        return frame


class Bars(Paced):
    """Colour bars that wander: neither black, nor flat, nor still."""

    kind = "video"

    def __init__(self):
        super().__init__(1 / FPS)
        x = numpy.arange(WIDTH)
        row = numpy.stack([(x * 2) % 256, 255 - (x % 256), (x * 5) % 256],
                          axis=1).astype(numpy.uint8)
        self.picture = numpy.repeat(row[None], HEIGHT, axis=0)

    def make(self, count):
        moved = numpy.ascontiguousarray(
            numpy.roll(self.picture, 4 * count, axis=1))
        frame = av.VideoFrame.from_ndarray(moved, format="rgb24")
        frame.pts = count * 90000 // FPS
        frame.time_base = fractions.Fraction(1, 90000)
        return frame


class Tone(Paced):
    kind = "audio"

    def __init__(self):
        super().__init__(AUDIO_FRAME / AUDIO_RATE)

    def make(self, count):
        t = numpy.arange(AUDIO_FRAME) + count * AUDIO_FRAME
        wave = 8000 * numpy.sin(2 * numpy.pi * TONE_HZ * t / AUDIO_RATE)
        frame = av.AudioFrame.from_ndarray(
            wave.astype(numpy.int16)[None], format="s16", layout="mono")
        frame.sample_rate = AUDIO_RATE
        frame.pts = count * AUDIO_FRAME
        frame.time_base = fractions.Fraction(1, AUDIO_RATE)
        return frame


class Meter:
    """Counts what arrives on one track."""

    def __init__(self, track):
        self.track = track
        self.frames = 0
        self.brightness = 0.0
        self.contrast = 0.0
        self.different = 0
        self.energy = 0.0
        self.last = None

    async def run(self):
        while True:
            frame = await self.track.recv()
            self.frames += 1
            if self.track.kind == "video":
                self.look(frame.to_ndarray(format="gray")[::8, ::8])
            else:
                samples = frame.to_ndarray().astype(float) / 32768
                self.energy += float((samples ** 2).sum())
            if self.frames == 1:
                say("first-frame", kind=self.track.kind)

    def look(self, picture):
        self.brightness = float(picture.mean())
        self.contrast = float(picture.std())
        if self.last is not None and (picture != self.last).any():
            self.different += 1
        self.last = picture

    def report(self):
        return {"kind": self.track.kind, "frames": self.frames,
                "brightness": self.brightness, "contrast": self.contrast,
                "different": self.different, "energy": self.energy}


class Protoo:
    """Requests both ways over one WebSocket."""

    def __init__(self, socket, on_request):
        self.socket = socket
        self.on_request = on_request
        self.pending = {}
        self.next = 0

    async def request(self, method, **data):
        self.next += 1
        future = asyncio.get_running_loop().create_future()
        self.pending[self.next] = future
        await self.socket.send(json.dumps(
            {"request": True, "id": self.next, "method": method,
             "data": data}))
        return await future

    async def run(self):
        async for text in self.socket:
            message = json.loads(text)
            if message.get("response"):
                future = self.pending.pop(message["id"])
                if message.get("ok"):
                    future.set_result(message.get("data"))
                else:
                    future.set_exception(
                        RuntimeError(message.get("errorReason")))
            elif message.get("request"):
                self.on_request(message["method"], message["data"])
                await self.socket.send(json.dumps(
                    {"response": True, "id": message["id"], "ok": True,
                     "data": {}}))


class Peer:
    def __init__(self, options):
        self.options = options
        self.consumers = asyncio.Queue()
        self.meters = []
        self.tasks = []

    def spawn(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self.tasks.append(task)
        task.add_done_callback(self.on_done)

    def on_done(self, task):
        if not task.cancelled() and task.exception():
            say("error", text=repr(task.exception()))

    def on_request(self, method, data):
        if method == "newConsumer":
            self.consumers.put_nowait(data)

    def connection(self, name):
        pc = RTCPeerConnection()
        pc.on("connectionstatechange",
              lambda: say("state", name=name, state=pc.connectionState))
        return pc

    async def make_transport(self, direction):
        return await self.protoo.request(
            "createWebRtcTransport", forceTcp=False,
            producing=direction == "send", consuming=direction == "recv")

    async def publish(self):
        transport = self.send_transport
        self.sender = pc = self.connection("send")
        pc.addTrack(Tone())
        pc.addTrack(Bars())
        for transceiver in pc.getTransceivers():
            transceiver.setCodecPreferences([
                c for c in RTCRtpSender.getCapabilities(transceiver.kind).codecs
                if c.mimeType in ("audio/opus", "video/VP8", "video/rtx")])
        await pc.setLocalDescription(await pc.createOffer())
        local = sdp.parse(pc.localDescription.sdp)
        await self.protoo.request(
            "connectWebRtcTransport", transportId=transport["id"],
            dtlsParameters=sdp.dtls_parameters(local, "client"))
        for media in local.media:
            parameters = sdp.rtp_parameters(media)
            await self.protoo.request(
                "produce", transportId=transport["id"], kind=media.kind,
                rtpParameters=parameters, appData={})
            say("produced", kind=media.kind,
                payloadType=parameters["codecs"][0]["payloadType"])
        await pc.setRemoteDescription(RTCSessionDescription(
            sdp=sdp.answer_for(local, transport), type="answer"))

    async def receive(self):
        """Waits for the expected consumers, then negotiates them at once."""
        wanted = [await self.consumers.get()
                  for _ in range(self.options.expect)]
        transport = self.recv_transport
        self.receiver = pc = self.connection("recv")

        @pc.on("track")
        def on_track(track):
            meter = Meter(track)
            self.meters.append(meter)
            self.spawn(meter.run())

        await pc.setRemoteDescription(RTCSessionDescription(
            sdp=sdp.offer_of(wanted, transport), type="offer"))
        await pc.setLocalDescription(await pc.createAnswer())
        await self.protoo.request(
            "connectWebRtcTransport", transportId=transport["id"],
            dtlsParameters=sdp.dtls_parameters(
                sdp.parse(pc.localDescription.sdp), "client"))

    async def run(self):
        url = (f"{self.options.url}/?roomId={self.options.room}"
               f"&peerId={self.options.peer}")
        async with websockets.connect(url, subprotocols=["protoo"]) as socket:
            self.protoo = Protoo(socket, self.on_request)
            self.spawn(self.protoo.run())
            caps = await self.protoo.request("getRouterRtpCapabilities")
            self.send_transport = await self.make_transport("send")
            self.recv_transport = await self.make_transport("recv")
            await self.protoo.request(
                "join", displayName="aiortc", device={"name": "aiortc"},
                rtpCapabilities=sdp.receive_capabilities(caps))
            say("joined")
            await self.publish()
            self.spawn(self.receive())
            await self.commands()
            for pc in (self.sender, self.receiver):
                await pc.close()

    async def commands(self):
        """A line on stdin asks for a report; its end is ours."""
        loop = asyncio.get_running_loop()
        while await loop.run_in_executor(None, sys.stdin.readline):
            say("report", tracks=[meter.report() for meter in self.meters])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--room", required=True)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--expect", type=int, default=2,
                        help="consumers to wait for before receiving")
    asyncio.run(Peer(parser.parse_args()).run())


if __name__ == "__main__":
    main()
