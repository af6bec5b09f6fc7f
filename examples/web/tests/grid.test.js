// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { layoutGrid, layoutStage } from '../src/grid.js';

const AREAS = [
  { width: 1256, height: 660, gap: 12 },
  { width: 359, height: 612, gap: 8 },
  { width: 800, height: 300, gap: 12 },
  { width: 320, height: 320, gap: 8 },
  { width: 2560, height: 1300, gap: 12 },
];

const overlap = (a, b) =>
  a.x < b.x + b.width && b.x < a.x + a.width &&
  a.y < b.y + b.height && b.y < a.y + a.height;

function assertSound(boxes, { width }, height) {
  boxes.forEach((box, i) => {
    for (const value of Object.values(box)) assert.ok(Number.isInteger(value));
    assert.ok(box.width > 0 && box.height > 0);
    assert.ok(box.x >= 0 && box.x + box.width <= width, 'inside, across');
    assert.ok(box.y >= 0 && box.y + box.height <= height, 'inside, down');
    for (const other of boxes.slice(i + 1)) {
      assert.ok(!overlap(box, other), 'no overlap');
    }
  });
}

test('grid: every count in every area is sound', () => {
  for (const area of AREAS) {
    for (let count = 1; count <= 60; count++) {
      const { boxes, height } = layoutGrid({ ...area, count });

      assert.equal(boxes.length, count);
      assert.ok(height >= area.height);
      assertSound(boxes, area, height);
    }
  }
});

test('grid: the shapes one expects', () => {
  const columnsOf = (boxes) => new Set(boxes.map(({ x }) => x)).size;
  const rowsOf = (boxes) => new Set(boxes.map(({ y }) => y)).size;
  const table = [
    // area, count, columns, rows
    [AREAS[0], 1, 1, 1],
    [AREAS[0], 2, 2, 1],
    [AREAS[0], 4, 2, 2],
    [AREAS[0], 9, 3, 3],
    [AREAS[1], 2, 1, 2],
    [AREAS[1], 3, 1, 3],
    [AREAS[1], 4, 2, 2],
    [AREAS[2], 3, 3, 1],
  ];

  for (const [area, count, columns, rows] of table) {
    const { boxes } = layoutGrid({ ...area, count });

    assert.equal(columnsOf(boxes), columns, `${count} in ${area.width}`);
    assert.equal(rowsOf(boxes), rows, `${count} in ${area.width}`);
  }
});

test('grid: a last row that is not full is centred', () => {
  const { boxes } = layoutGrid({ ...AREAS[0], count: 3 });
  const last = boxes[2];

  assert.ok(Math.abs(last.x + last.width / 2 - AREAS[0].width / 2) <= 1);
});

test('grid: tiles keep a readable width and scroll instead', () => {
  const { boxes, height } = layoutGrid({ ...AREAS[1], count: 40 });

  assert.ok(height > AREAS[1].height);
  assert.ok(boxes[0].width >= 136);
});

test('grid: nothing to place', () => {
  const none = [
    { width: 100, height: 100, count: 0, gap: 8 },
    { width: 0, height: 100, count: 3, gap: 8 },
    { width: 100, height: 0, count: 3, gap: 8 },
  ];

  for (const area of none) assert.deepEqual(layoutGrid(area).boxes, []);
});

test('stage: sound in every area, the first is the largest', () => {
  for (const area of AREAS) {
    for (let count = 1; count <= 30; count++) {
      const { boxes, height } = layoutStage({ ...area, count });
      const size = ({ width, height: tall }) => width * tall;

      assert.equal(boxes.length, count);
      assertSound(boxes, area, height);
      for (const box of boxes.slice(1)) {
        assert.ok(size(box) < size(boxes[0]));
      }
    }
  }
});

test('stage: strip beside when wide, below when tall', () => {
  const wide = layoutStage({ ...AREAS[0], count: 3 }).boxes;
  const tall = layoutStage({ ...AREAS[1], count: 3 }).boxes;

  assert.ok(wide[1].x >= wide[0].width);
  assert.ok(tall[1].y >= tall[0].height);
});
