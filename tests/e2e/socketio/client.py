# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's python3-socketio against sio-echo-server.

client.py URL TRANSPORT...   one JSON line {"event": NAME, ...} for each step
"""
import asyncio
import json
import sys

import socketio

DEADLINE_S = 10


def tell(event, **more):
    print(json.dumps({'event': event, **more}), flush=True)


async def main(url, transports):
    sio = socketio.AsyncClient(reconnection=False)
    said = asyncio.Queue()
    ended = asyncio.Event()

    @sio.on('said', namespace='/echo')
    async def on_said(*args):
        await said.put(args)

    @sio.on('question', namespace='/echo')
    async def on_question(text):
        return text + ' 7'

    @sio.on('answered', namespace='/echo')
    async def on_answered(text):
        tell('answered', text=text)

    @sio.on('disconnect', namespace='/room/a')
    async def on_disconnect():
        ended.set()

    await sio.connect(url, transports=transports, namespaces=['/echo', '/room/a'],
                      wait_timeout=DEADLINE_S)
    tell('connected', transport=sio.transport(),
         ids=[sio.get_sid('/echo'), sio.get_sid('/room/a')])
    args = ['żółć 😀', {'a': [1, None, True]}, 2.5]
    answer = await sio.call('echo', tuple(args), namespace='/echo',
                            timeout=DEADLINE_S)
    tell('echo', same=list(answer) == args)
    for n in range(50):
        await sio.emit('say', n, namespace='/echo')
    got = [(await asyncio.wait_for(said.get(), DEADLINE_S))[0]
           for n in range(50)]
    tell('said', same=got == list(range(50)))
    await sio.emit('ask-me', namespace='/echo')
    refused = await sio.call('echo', b'\x00\x01', namespace='/echo',
                             timeout=DEADLINE_S)
    tell('binary', answer=refused)
    tell('alive', answer=await sio.call('echo', 1, namespace='/room/a',
                                        timeout=DEADLINE_S))
    await sio.emit('disconnect-me', namespace='/room/a')
    await asyncio.wait_for(ended.wait(), DEADLINE_S)
    tell('thrown-out')
    tell('alive', answer=await sio.call('echo', 2, namespace='/echo',
                                        timeout=DEADLINE_S))
    await sio.disconnect()

    other = socketio.AsyncClient(reconnection=False)
    refused = asyncio.Event()

    @other.on('connect_error', namespace='/auth')
    async def on_connect_error(error):
        tell('refused', error=error)
        refused.set()

    await other.connect(url, transports=transports, namespaces=['/auth'],
                        auth={'token': 'guess'}, wait=False)
    await asyncio.wait_for(refused.wait(), DEADLINE_S)
    await other.disconnect()
    other = socketio.AsyncClient(reconnection=False)
    await other.connect(url, transports=transports, namespaces=['/auth'],
                        auth={'token': 'secret'}, wait_timeout=DEADLINE_S)
    tell('let-in', answer=await other.call('echo', 3, namespace='/auth',
                                           timeout=DEADLINE_S))
    await other.disconnect()


asyncio.run(main(sys.argv[1], sys.argv[2:]))
