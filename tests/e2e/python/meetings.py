# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client of the meetings' protocol: python3-socketio as Debian has it.

meetings.py URL TOKEN ROOM: joins, says a line, waits for an answer, leaves.
Writes what happens as lines of JSON.
"""
import asyncio
import json
import sys

import socketio

DEADLINE_S = 20


def say (what, data=None):
    print(json.dumps({'what': what, 'data': data}), flush=True)


async def main (url, token, room):
    client = socketio.AsyncClient(reconnection=False)
    answered = asyncio.Event()

    @client.event
    async def connect_error (data):
        say('connect_error', data)

    @client.on('chat-message')
    async def on_chat (data):
        say('chat-message', data)
        if data['userId'] != 'python':
            answered.set()

    @client.on('user-joined')
    async def on_joined (data):
        say('user-joined', data)

    try:
        await client.connect(url, auth={'token': token},
                             socketio_path='socket')
    except socketio.exceptions.ConnectionError:
        return
    joined = await client.call('joinRoom', {
        'roomCode': room, 'name': 'Python', 'email': 'python@example.org'})
    say('joined', {'success': joined['success'], 'users': [
        user['userId'] for user in joined['participants']]})
    transport = await client.call('createTransport', {'isProducer': False})
    say('transport', sorted(transport))
    ack = await client.call('chat-message', {'text': 'hello from Python'})
    say('ack', ack)
    await asyncio.wait_for(answered.wait(), DEADLINE_S)
    say('left', await client.call('leaveRoom'))
    await client.disconnect()


asyncio.run(main(*sys.argv[1:4]))
