// SPDX-License-Identifier: LGPL-2.1-or-later
// ws for programs outside this folder: packages are found from the file that
// names them.
import { WebSocket } from 'ws';

export default WebSocket;
