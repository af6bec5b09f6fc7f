// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the tiles go. Pure: sizes in CSS pixels in, boxes out.

/** Shapes of a tile: what a camera sends, cut to a square where it is wide,
 * to an upright picture where the area itself is upright. */
const RATIO_MIN_WIDE = 1;
const RATIO_MIN_TALL = 3 / 4;
const RATIO_MAX = 16 / 9;

/** Below this width a face is no longer a face: scroll instead. */
const TILE_WIDTH_MIN = 136;

/** Share of the area that a large tile takes from the others. */
const STRIP_SHARE_WIDE = 0.2;
const STRIP_SHARE_TALL = 0.24;
const STRIP_WIDTH_MIN = 144;
const STRIP_WIDTH_MAX = 260;
const STRIP_HEIGHT_MIN = 92;
const STRIP_HEIGHT_MAX = 170;

/** Largest tile of a given shape range in a cell of width × height. */
function fitTile(width, height, ratioMin) {
  const ratio = Math.min(RATIO_MAX, Math.max(ratioMin, width / height));

  return width / height > ratio
    ? { width: height * ratio, height }
    : { width, height: width / ratio };
}

function gridOf({ width, height, count, gap, columns }) {
  const rows = Math.ceil(count / columns);
  const cellWidth = (width - gap * (columns - 1)) / columns;
  const cellHeight = (height - gap * (rows - 1)) / rows;

  if (cellWidth <= 0 || cellHeight <= 0) return null;

  const ratioMin = width >= height ? RATIO_MIN_WIDE : RATIO_MIN_TALL;

  return { columns, rows, ...fitTile(cellWidth, cellHeight, ratioMin) };
}

function bestGrid(area) {
  let best = null;

  for (let columns = 1; columns <= area.count; columns++) {
    const grid = gridOf({ ...area, columns });

    if (!grid) continue;
    if (!best || grid.width * grid.height > best.width * best.height) {
      best = grid;
    }
  }

  return best;
}

/** Too many for the height: keep a readable width and let it scroll. */
function scrollingGrid({ width, count, gap }) {
  const fits = Math.floor((width + gap) / (TILE_WIDTH_MIN + gap));
  const columns = Math.min(count, Math.max(1, fits));
  const tileWidth = Math.max(1, (width - gap * (columns - 1)) / columns);

  return {
    columns,
    rows: Math.ceil(count / columns),
    width: tileWidth,
    height: tileWidth / RATIO_MAX,
  };
}

const usedHeight = (grid, gap) =>
  grid.rows * Math.floor(grid.height) + (grid.rows - 1) * gap;

/** Whole-pixel boxes of a grid: rows centred, the block centred. */
function placeTiles({ width, height, count, gap }, grid) {
  const tileWidth = Math.floor(grid.width);
  const tileHeight = Math.floor(grid.height);
  const top = Math.max(0, Math.floor((height - usedHeight(grid, gap)) / 2));
  const boxes = [];

  for (let i = 0; i < count; i++) {
    const row = Math.floor(i / grid.columns);
    const inRow = Math.min(grid.columns, count - row * grid.columns);
    const rowWidth = inRow * tileWidth + (inRow - 1) * gap;
    const left = Math.max(0, Math.floor((width - rowWidth) / 2));

    boxes.push({
      x: left + (i % grid.columns) * (tileWidth + gap),
      y: top + row * (tileHeight + gap),
      width: tileWidth,
      height: tileHeight,
    });
  }

  return boxes;
}

/**
 * Equal tiles, as large as they get.
 *
 * @param {{width: number, height: number, count: number, gap: number}} area
 * @returns {{boxes: {x, y, width, height}[], height: number}} whole pixels;
 *   `height` is more than the area's when it has to scroll
 */
export function layoutGrid(area) {
  const { width, height, count, gap } = area;

  if (count <= 0 || width <= 0 || height <= 0) return { boxes: [], height };

  let grid = bestGrid(area);

  if (!grid || grid.width < Math.min(TILE_WIDTH_MIN, width)) {
    grid = scrollingGrid(area);
  }

  return {
    boxes: placeTiles(area, grid),
    height: Math.max(height, usedHeight(grid, gap)),
  };
}

const clamp = (value, min, max) => Math.min(max, Math.max(min, value));

/** Tiles in a strip shrink as far as they must: the strip never scrolls. */
function layoutStrip(area) {
  const grid = bestGrid(area);

  return grid ? placeTiles(area, grid) : [];
}

/**
 * One tile large (the first), the others in a strip: beside it when the area
 * is wide, below it when it is tall.
 *
 * @returns {{boxes: {x, y, width, height}[], height: number}} whole pixels
 */
export function layoutStage({ width, height, count, gap }) {
  if (count <= 0 || width <= 0 || height <= 0) return { boxes: [], height };

  const large = { x: 0, y: 0, width, height };
  const strip = { x: 0, y: 0, width, height };

  if (count === 1) return { boxes: [large], height };

  if (width >= height) {
    strip.width = Math.floor(
      clamp(width * STRIP_SHARE_WIDE, STRIP_WIDTH_MIN, STRIP_WIDTH_MAX));
    large.width = Math.max(1, width - strip.width - gap);
    strip.x = large.width + gap;
  } else {
    strip.height = Math.floor(
      clamp(height * STRIP_SHARE_TALL, STRIP_HEIGHT_MIN, STRIP_HEIGHT_MAX));
    large.height = Math.max(1, height - strip.height - gap);
    strip.y = large.height + gap;
  }

  const boxes = layoutStrip({
    width: strip.width, height: strip.height, count: count - 1, gap,
  }).map((box) => ({ ...box, x: box.x + strip.x, y: box.y + strip.y }));

  return { boxes: [large, ...boxes], height };
}
