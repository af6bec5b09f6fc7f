// SPDX-License-Identifier: LGPL-2.1-or-later
// protoo-client for programs outside this folder: packages are found from the
// file that names them.
import * as protoo from 'protoo-client';

export default protoo;
