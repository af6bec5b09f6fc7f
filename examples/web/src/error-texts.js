// SPDX-License-Identifier: LGPL-2.1-or-later
// What went wrong, in words for a person. Pure.

const THING = {
  mic: { a: 'a microphone', the: 'the microphone', The: 'The microphone' },
  camera: { a: 'a camera', the: 'the camera', The: 'The camera' },
  screen: { a: 'a screen', the: 'the screen', The: 'The screen' },
};

const BY_NAME = {
  NotAllowedError: ({ the }) =>
    `This page may not use ${the}. Allow it in the browser’s address bar.`,
  SecurityError: ({ the }) =>
    `The browser does not let this page use ${the}.`,
  NotFoundError: ({ a }) => `This computer does not seem to have ${a}.`,
  NotReadableError: ({ The }) =>
    `${The} does not start. Another program may be using it.`,
  AbortError: ({ The }) => `${The} stopped before it had started.`,
  OverconstrainedError: ({ The }) =>
    `${The} that was chosen is not connected any more.`,
};

/**
 * @param {'mic'|'camera'|'screen'} source
 * @param {Error} error what getUserMedia or getDisplayMedia threw
 */
export function deviceErrorText(source, error) {
  const thing = THING[source];

  if (error?.name === 'InsecureContextError') {
    return 'Camera and microphone need https (or localhost).';
  }

  const text = BY_NAME[error?.name];

  return text
    ? text(thing)
    : `${thing.The} does not start (${error?.message || error?.name}).`;
}

/** A request that the server refused, or that got no answer. */
export function requestErrorText(what, error) {
  const reason = error?.reason ?? error?.message ?? String(error);

  return `${what}: ${reason}`;
}

/** Why a call is over. words: the server's, or nothing. */
export function endText(wasIn, words) {
  const what = wasIn ? 'The server ended the call'
    : words ? 'The room cannot be joined' : 'The server cannot be reached';

  return words ? `${what}: ${words}.` : `${what}.`;
}

/** Whether the person closed the browser's own dialogue: not an error. */
export const isDismissal = (source, error) =>
  source === 'screen' && error?.name === 'NotAllowedError';
