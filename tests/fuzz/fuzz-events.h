/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What targets for dialects of Socket.IO events share: from the JSON text
 * ["EVENT", PAYLOAD] to the typed request.
 *
 * Threads: one. */
#pragma once

#include "fuzz-target.h"
#include "sfu-event-session.h"

/* *event: which one it is. NULL = data is no event of the dialect, or its
 * payload is wrong. What holds for every request is checked here. */
SfuRequest *fuzz_event (const SfuEventDialect *dialect, const guint8 *data,
    gsize size, const SfuEvent **event);
