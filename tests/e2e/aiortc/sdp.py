# SPDX-License-Identifier: LGPL-2.1-or-later
"""Between ORTC parameters (what the room's protocol carries) and SDP (what
aiortc wants)."""
from aiortc.sdp import SessionDescription

# What aiortc can decode and understand.
CODECS = ("audio/opus", "video/vp8")
FEEDBACK = (("nack", ""), ("nack", "pli"), ("goog-remb", ""))
EXTENSIONS = ("urn:ietf:params:rtp-hdrext:sdes:mid",
              "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
              "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time")


def parse(text):
    return SessionDescription.parse(text)


def dtls_parameters(description, role):
    """mediasoup's dtlsParameters of the first m section."""
    return {"role": role,
            "fingerprints": [{"algorithm": f.algorithm, "value": f.value}
                             for f in description.media[0].dtls.fingerprints]}


def rtp_parameters(media):
    """mediasoup's RtpParameters of an m section of our own offer."""
    encoding = {"ssrc": media.ssrc[0].ssrc}
    for group in media.ssrc_group:
        if group.semantic == "FID":
            encoding = {"ssrc": group.items[0],
                        "rtx": {"ssrc": group.items[1]}}
    return {
        "mid": media.rtp.muxId,
        "codecs": [codec(c) for c in media.rtp.codecs],
        "headerExtensions": [
            {"uri": x.uri, "id": x.id, "encrypt": False, "parameters": {}}
            for x in media.rtp.headerExtensions],
        "encodings": [encoding],
        "rtcp": {"cname": media.ssrc[0].cname, "reducedSize": True},
    }


def codec(c):
    out = {"mimeType": c.mimeType, "payloadType": c.payloadType,
           "clockRate": c.clockRate, "parameters": dict(c.parameters),
           "rtcpFeedback": [
               {"type": f.type, "parameter": f.parameter or ""}
               for f in c.rtcpFeedback]}
    if c.mimeType.startswith("audio/"):
        out["channels"] = c.channels
    return out


def receive_capabilities(router):
    """The part of the router's capabilities that aiortc understands."""
    codecs = [c for c in router["codecs"] if c["mimeType"].lower() in CODECS]
    known = [c["preferredPayloadType"] for c in codecs]
    codecs += [c for c in router["codecs"]
               if c["mimeType"].lower() == "video/rtx"
               and c["parameters"].get("apt") in known]
    return {
        "codecs": [
            {**c, "rtcpFeedback": [
                f for f in c["rtcpFeedback"]
                if (f["type"], f.get("parameter", "")) in FEEDBACK]}
            for c in codecs],
        "headerExtensions": [x for x in router["headerExtensions"]
                             if x["uri"] in EXTENSIONS],
    }


def transport_lines(transport, setup):
    ice = transport["iceParameters"]
    lines = [f"a=ice-ufrag:{ice['usernameFragment']}",
             f"a=ice-pwd:{ice['password']}"]
    lines += [f"a=fingerprint:{f['algorithm']} {f['value']}"
              for f in transport["dtlsParameters"]["fingerprints"]]
    lines += [f"a=setup:{setup}"]
    for c in transport["iceCandidates"]:
        if c["protocol"] == "udp":
            lines.append(f"a=candidate:{c['foundation']} 1 udp "
                         f"{c['priority']} {c.get('address') or c['ip']} "
                         f"{c['port']} typ {c['type']}")
    return lines + ["a=end-of-candidates", "a=rtcp-mux", "a=rtcp-rsize"]


def session_lines(mids):
    return ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=ice-lite",
            f"a=group:BUNDLE {' '.join(mids)}", "a=msid-semantic: WMS *"]


def codec_lines(codecs):
    lines = []
    for c in codecs:
        pt, name = c["payloadType"], c["mimeType"].split("/")[1]
        channels = f"/{c['channels']}" if c.get("channels", 1) > 1 else ""
        lines.append(f"a=rtpmap:{pt} {name}/{c['clockRate']}{channels}")
        if c.get("parameters"):
            values = ";".join(f"{k}={v}" for k, v in c["parameters"].items())
            lines.append(f"a=fmtp:{pt} {values}")
        for f in c.get("rtcpFeedback", []):
            lines.append(f"a=rtcp-fb:{pt} {f['type']} "
                         f"{f.get('parameter', '')}".rstrip())
    return lines


def media_line(kind, codecs):
    formats = " ".join(str(c["payloadType"]) for c in codecs)
    return [f"m={kind} 9 UDP/TLS/RTP/SAVPF {formats}", "c=IN IP4 127.0.0.1"]


def text_of(lines):
    return "\r\n".join(lines) + "\r\n"


def answer_for(offer, transport):
    """The server's answer to our own offer: receives all of it as it is."""
    lines = session_lines([m.rtp.muxId for m in offer.media])
    for media in offer.media:
        codecs = [codec(c) for c in media.rtp.codecs]
        lines += media_line(media.kind, codecs)
        lines += [f"a=mid:{media.rtp.muxId}", "a=recvonly"]
        lines += transport_lines(transport, "passive")
        lines += codec_lines(codecs)
        lines += [f"a=extmap:{x.id} {x.uri}"
                  for x in media.rtp.headerExtensions]
    return text_of(lines)


def offer_of(consumers, transport):
    """The server's offer of these consumers (data of newConsumer)."""
    lines = session_lines([c["rtpParameters"]["mid"] for c in consumers])
    for consumer in consumers:
        p = consumer["rtpParameters"]
        encoding, cname = p["encodings"][0], p["rtcp"]["cname"]
        lines += media_line(consumer["kind"], p["codecs"])
        lines += [f"a=mid:{p['mid']}", "a=sendonly",
                  f"a=msid:{consumer['peerId']} {consumer['id']}"]
        lines += transport_lines(transport, "actpass")
        lines += codec_lines(p["codecs"])
        lines += [f"a=extmap:{x['id']} {x['uri']}"
                  for x in p["headerExtensions"]]
        ssrcs = [encoding["ssrc"]]
        if "rtx" in encoding:
            ssrcs.append(encoding["rtx"]["ssrc"])
            lines.append(f"a=ssrc-group:FID {ssrcs[0]} {ssrcs[1]}")
        lines += [f"a=ssrc:{ssrc} cname:{cname}" for ssrc in ssrcs]
    return text_of(lines)
