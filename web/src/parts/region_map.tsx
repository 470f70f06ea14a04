import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Axis, shareOf, valueAt } from '../axis';
import { type Cells, cellAt, kNoGame, roomiestPoints } from '../cells';
import { type Legend, type MapAnswer, type MapQuestion, type Which, askMap, mapUrl } from '../engine';
import { useLatest, useSettled, useWidth } from '../hooks';
import { money, number, percent, seconds } from '../numbers';
import { kShown } from '../words';
import { Problem } from './problem';

interface Props {
  which: Which;
  x: Axis;
  y: Axis;
  show: string;
  /** where the game itself is; null if a quantity is no number of it: the program says it then */
  at: { x: number; y: number } | null;
  /** told the two quantities anew; without it the point stays where it is */
  move?: ((x: number, y: number) => void) | undefined;
  /** what happens at the point, in words */
  pointWords: string;
  /** whether what the program does not like is said elsewhere */
  quiet?: boolean;
}

const kLeft = 58;
const kBottom = 40;
const kTop = 10;
const kRight = 14;

type Colour = readonly [red: number, green: number, blue: number];

function colourOf(text: string): Colour {
  const value = Number.parseInt(text.replace('#', ''), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** A colour of a scale, between two of its steps. */
function along(scale: Colour[], share: number): Colour | undefined {
  const at = Math.min(1, Math.max(0, share)) * (scale.length - 1);
  const from = scale[Math.floor(at)];
  const to = scale[Math.ceil(at)];
  if (!from || !to) return undefined;
  const part = (k: 0 | 1 | 2) => Math.round(from[k] + (to[k] - from[k]) * (at % 1));
  return [part(0), part(1), part(2)];
}

/** A colour of the regions beside the one that is pointed at. */
function faded([red, green, blue]: Colour): Colour {
  const part = (x: number) => Math.round(x * 0.35 + 150);
  return [part(red), part(green), part(blue)];
}

function pictureOf(cells: Cells, legend: Legend, marked: number | null): HTMLCanvasElement {
  const picture = document.createElement('canvas');
  picture.width = cells.width;
  picture.height = cells.height;
  const context = picture.getContext('2d')!;
  const image = context.createImageData(cells.width, cells.height);
  const regions = new Map(legend.regions.map(({ cell, colour }) => [cell, colourOf(colour)]));
  const scale = legend.scale?.colours.map(colourOf) ?? [];
  const low = legend.scale?.low ?? 0;
  const span = (legend.scale?.high ?? 0) - low;
  const nothing = colourOf(legend.scale?.no_game ?? '#d9d9d9');
  for (let j = 0; j < cells.height; ++j) {
    for (let i = 0; i < cells.width; ++i) {
      const value = cells.values[j * cells.width + i]!;
      let colour = nothing;
      if (cells.isPolicy) {
        colour = regions.get(value) ?? colour;
        if (marked !== null && value !== marked) colour = faded(colour);
      } else if (!Number.isNaN(value)) {
        colour = along(scale, span > 0 ? (value - low) / span : 0) ?? nothing;
      }
      const to = 4 * ((cells.height - 1 - j) * cells.width + i);
      image.data.set([...colour, 255], to);
    }
  }
  context.putImageData(image, 0, 0);
  return picture;
}

/** The lines between regions, along the sides of cells. */
function strokeEdges(context: CanvasRenderingContext2D, cells: Cells, left: number, top: number, wide: number, high: number): void {
  const { width, height, values } = cells;
  const x = (i: number) => left + (i / width) * wide;
  const y = (j: number) => top + high - (j / height) * high;
  context.beginPath();
  for (let j = 0; j < height; ++j) {
    for (let i = 0; i < width; ++i) {
      const here = values[j * width + i];
      if (i + 1 < width && values[j * width + i + 1] !== here) {
        context.moveTo(x(i + 1), y(j));
        context.lineTo(x(i + 1), y(j + 1));
      }
      if (j + 1 < height && values[(j + 1) * width + i] !== here) {
        context.moveTo(x(i), y(j + 1));
        context.lineTo(x(i + 1), y(j + 1));
      }
    }
  }
  context.strokeStyle = '#000';
  context.lineWidth = 1.4;
  context.stroke();
}

interface Drawn {
  answer: MapAnswer;
  question: MapQuestion;
  milliseconds: number;
}

/** Maps that take longer than this are drawn coarsely while the game changes. */
const kSlow = 250;
const kCoarse = 80;

function draw(canvas: HTMLCanvasElement, width: number, height: number, drawn: Drawn, marked: number | null, labels: { x: string; y: string }): void {
  const dense = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * dense);
  canvas.height = Math.round(height * dense);
  const context = canvas.getContext('2d')!;
  context.scale(dense, dense);
  const style = getComputedStyle(canvas);
  const ink = style.color;
  const family = style.fontFamily;
  const { cells, legend } = drawn.answer;
  const wide = width - kLeft - kRight;
  const high = height - kTop - kBottom;
  context.imageSmoothingEnabled = false;
  context.drawImage(pictureOf(cells, legend, marked), kLeft, kTop, wide, high);
  if (cells.isPolicy) strokeEdges(context, cells, kLeft, kTop, wide, high);
  context.strokeStyle = ink;
  context.fillStyle = ink;
  context.lineWidth = 1;
  context.strokeRect(kLeft, kTop, wide, high);
  context.font = `12px ${family}`;
  context.textAlign = 'center';
  context.textBaseline = 'top';
  let free = -Infinity;
  for (const { value, share } of legend.x.ticks) {
    const at = kLeft + share * wide;
    context.fillRect(at - 0.5, kTop + high, 1, 4);
    const text = number(value, 3);
    const half = context.measureText(text).width / 2;
    if (at - half < free) continue;
    context.fillText(text, Math.min(at, width - half), kTop + high + 6);
    free = at + half + 8;
  }
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  free = Infinity;
  for (const { value, share } of legend.y.ticks) {
    const at = kTop + high - share * high;
    context.fillRect(kLeft - 4, at - 0.5, 4, 1);
    if (at > free) continue;
    context.fillText(number(value, 3), kLeft - 7, Math.max(at, kTop + 4));
    free = at - 18;
  }
  context.font = `600 12px ${family}`;
  context.textAlign = 'center';
  context.textBaseline = 'bottom';
  context.fillText(labels.x, kLeft + wide / 2, height - 1);
  context.save();
  context.translate(11, kTop + high / 2);
  context.rotate(-Math.PI / 2);
  context.textBaseline = 'middle';
  context.fillText(labels.y, 0, 0);
  context.restore();
  if (!cells.isPolicy) return;
  context.font = `600 13px ${family}`;
  context.textBaseline = 'middle';
  for (const { value, x: i, y: j, room } of roomiestPoints(cells)) {
    const region = legend.regions.find(({ cell }) => cell === value);
    if (!region || room * wide < 12) continue;
    const half = context.measureText(region.name).width / 2;
    const at = Math.min(Math.max(kLeft + i * wide, kLeft + half + 4), kLeft + wide - half - 4);
    const [red, green, blue] = colourOf(region.colour);
    context.fillStyle = red * 0.3 + green * 0.59 + blue * 0.11 < 120 && marked === null ? '#fff' : '#000';
    context.fillText(region.name, at, kTop + high - j * high);
  }
}

/** One value of a map of numbers, with its unit. */
function shownNumber(show: string, value: number): string {
  const unit = kShown.find(({ name }) => name === show)?.unit ?? '';
  if (unit === '%') return percent(value);
  if (unit === '0/1') return value === 1 ? 'yes' : 'no';
  if (unit === '$') return money(value);
  if (unit === 's') return seconds(value);
  return number(value);
}

/** What the map says where the pointer is; null outside of it. */
function underPointer({ answer: { cells, legend }, question }: Drawn, at: { x: number; y: number }): string | null {
  const value = cellAt(cells, at.x, at.y);
  if (value === undefined) return null;
  const i = Math.min(cells.width - 1, Math.floor(at.x * cells.width));
  const j = Math.min(cells.height - 1, Math.floor(at.y * cells.height));
  const place = `${question.x.name} ${number(legend.x.values[i] ?? NaN)}, ${question.y.name} ${number(legend.y.values[j] ?? NaN)}`;
  const words = cells.isPolicy
    ? legend.regions.find(({ cell }) => cell === value)?.name
    : Number.isNaN(value)
      ? undefined
      : shownNumber(question.show, value);
  return `${place}: ${words ?? 'no such game'}`;
}

/** The map of the provider's best policies, or of a number, over two quantities of a game. The game
 * is a point on it that is dragged, or moved by arrow keys. */
export function RegionMap({ which, x, y, show, at: given, move, pointWords, quiet = false }: Props) {
  const [frame, width] = useWidth();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [marked, setMarked] = useState<number | null>(null);
  const [pointed, setPointed] = useState<{ x: number; y: number } | null>(null);
  const dragging = useRef(false);
  const dark = useDark();

  // About a point of the map for each pixel, in steps so that a window's width asks for few maps.
  const fine = Math.min(400, Math.max(160, 40 * Math.round((width - kLeft - kRight) / 40)));
  const game = JSON.stringify([which, x, y, show]);
  const isStill = useSettled(game, 400) === game;
  const [slow, setSlow] = useState(false);
  const size = slow && !isStill ? kCoarse : fine;
  // What the axes move is moved at every point of the map: the game's own values of it are left out,
  // so that dragging the point does not ask for the same map again.
  const question = useMemo<MapQuestion>(
    () => ({
      which: { scenario: which.scenario, set: which.set.filter(([key]) => key !== x.name && key !== y.name) },
      x, y, show, size,
    }),
    [which.scenario, JSON.stringify(which.set), x, y, show, size],
  );
  const { answer: drawn, error } = useLatest<MapQuestion, Drawn>(
    width > 0 ? question : null,
    async (asked) => {
      const start = performance.now();
      return { answer: await askMap(asked), question: asked, milliseconds: performance.now() - start };
    },
    (asked) => mapUrl(asked, 'cells'),
  );
  useEffect(() => {
    if (drawn && drawn.question.size > kCoarse) setSlow(drawn.milliseconds > kSlow);
  }, [drawn]);

  const height = Math.round(Math.min(Math.max(width * 0.8, 240), 480));
  const wide = width - kLeft - kRight;
  const high = height - kTop - kBottom;
  const labels = drawn ? { x: drawn.answer.legend.x.words, y: drawn.answer.legend.y.words } : { x: x.name, y: y.name };
  useEffect(() => {
    if (canvas.current && drawn && width > 120) draw(canvas.current, width, height, drawn, marked, shortened(labels, width));
  }, [drawn, width, height, marked, dark]);

  const told = drawn?.answer.legend.scenario_at;
  const at = given ?? (told ? { x: told[0], y: told[1] } : null);
  const shareX = at ? shareOf(x, at.x) : NaN;
  const shareY = at ? shareOf(y, at.y) : NaN;
  const inside = shareX >= 0 && shareX <= 1 && shareY >= 0 && shareY <= 1;
  const clamp = (share: number) => (Number.isNaN(share) ? 0.5 : Math.min(1, Math.max(0, share)));

  const sharesOf = (event: { clientX: number; clientY: number }) => {
    const box = canvas.current!.getBoundingClientRect();
    return {
      x: (event.clientX - box.left - kLeft) / wide,
      y: 1 - (event.clientY - box.top - kTop) / high,
    };
  };
  const moveTo = (shares: { x: number; y: number }) => move?.(valueAt(x, shares.x), valueAt(y, shares.y));
  const start = (event: PointerEvent) => {
    if (!move || event.button !== 0) return;
    const shares = sharesOf(event);
    if (shares.x < 0 || shares.x > 1 || shares.y < 0 || shares.y > 1) return;
    dragging.current = true;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    moveTo(shares);
  };
  const drag = (event: PointerEvent) => {
    if (dragging.current) moveTo(sharesOf(event));
    else setPointed(sharesOf(event));
  };
  const stop = () => (dragging.current = false);
  const onKey = (event: KeyboardEvent) => {
    if (!move || !at) return;
    const step = event.shiftKey ? 0.1 : 0.01;
    const shares = { x: clamp(shareX), y: clamp(shareY) };
    if (event.key === 'ArrowLeft') shares.x -= step;
    else if (event.key === 'ArrowRight') shares.x += step;
    else if (event.key === 'ArrowDown') shares.y -= step;
    else if (event.key === 'ArrowUp') shares.y += step;
    else if (event.key === 'PageDown') shares.y -= 0.1;
    else if (event.key === 'PageUp') shares.y += 0.1;
    else if (event.key === 'Home') shares.x = 0;
    else if (event.key === 'End') shares.x = 1;
    else return;
    event.preventDefault();
    moveTo(shares);
  };

  const place = at ? `${x.name} ${number(at.x)}, ${y.name} ${number(at.y)}` : '';
  const spoken = useSettled(`${place}: ${pointWords}`, 500);
  const cells = drawn?.answer.cells;
  const legend = drawn?.answer.legend;
  const regions = legend?.regions ?? [];
  const scale = legend?.scale ?? null;
  const under = drawn && pointed ? underPointer(drawn, pointed) : null;
  const title = kShown.find(({ name }) => name === show)?.label ?? show;

  return (
    <figure class="map">
      <figcaption>
        Map of {title} over {x.name} and {y.name}
      </figcaption>
      {error && !quiet && <Problem text={error} />}
      <div class="map-frame" ref={frame} style={{ height: `${height}px` }}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={`Map of ${title}. To the right: ${labels.x}. Upwards: ${labels.y}. ${regions.map(({ name }) => name).join('; ')}`}
          class={move ? 'can-move' : ''}
          style={{ width: `${width}px`, height: `${height}px` }}
          onPointerDown={(event) => event.pointerType !== 'touch' && start(event)}
          onPointerMove={drag}
          onPointerUp={stop}
          onPointerCancel={stop}
          onPointerLeave={() => setPointed(null)}
          onClick={(event) => {
            const shares = sharesOf(event);
            if (shares.x >= 0 && shares.x <= 1 && shares.y >= 0 && shares.y <= 1) moveTo(shares);
          }}
        />
        {at && (
          <div
            class={`point${inside ? '' : ' outside'}`}
            role={move ? 'slider' : 'img'}
            tabIndex={move ? 0 : -1}
            aria-label={`This game on the map: ${x.name} by left and right, ${y.name} by up and down`}
            aria-roledescription={move ? 'point in a plane' : undefined}
            aria-valuemin={move ? x.low : undefined}
            aria-valuemax={move ? x.high : undefined}
            aria-valuenow={move ? at.x : undefined}
            aria-valuetext={move ? `${place}: ${pointWords}` : undefined}
            style={{ left: `${kLeft + clamp(shareX) * wide}px`, top: `${kTop + (1 - clamp(shareY)) * high}px` }}
            onKeyDown={onKey}
            onPointerDown={(event) => {
              if (!move) return;
              dragging.current = true;
              event.currentTarget.setPointerCapture(event.pointerId);
            }}
            onPointerMove={(event) => dragging.current && moveTo(sharesOf(event))}
            onPointerUp={stop}
            onPointerCancel={stop}
          />
        )}
      </div>
      <p class="under" aria-hidden="true">
        {under ?? (at && !inside ? 'This game is outside of the map, at its nearest edge.' : move ? 'Drag the point, or move it by the arrow keys.' : ' ')}
      </p>
      <p class="visually-hidden" aria-live="polite">
        {spoken}
      </p>
      {cells?.isPolicy && (
        <ul class="regions">
          {regions.map(({ cell, name, colour, words, plain_words }) => (
            <li key={cell}>
              <button
                type="button"
                aria-pressed={marked === cell}
                onMouseEnter={() => setMarked(cell)}
                onMouseLeave={() => setMarked(null)}
                onFocus={() => setMarked(cell)}
                onBlur={() => setMarked(null)}
              >
                <span class="swatch" style={{ background: colour }} />
                <b>{cell === kNoGame ? 'No game' : name}</b> <span>{plain_words ?? words}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {drawn && scale && scale.low !== null && scale.high !== null && (
        <p class="scale">
          <span>{shownNumber(drawn.question.show, scale.low)}</span>
          <span class="bar" style={{ background: `linear-gradient(to right, ${scale.colours.join(', ')})` }} />
          <span>{shownNumber(drawn.question.show, scale.high)}</span>
        </p>
      )}
    </figure>
  );
}

/** Words of the axes that fit beside a small map: their symbols. */
function shortened(labels: { x: string; y: string }, width: number): { x: string; y: string } {
  const short = (text: string, room: number) => (text.length * 6.6 > room ? text.split(',')[0]! : text);
  return { x: short(labels.x, width - 80), y: short(labels.y, width * 0.8 - 60) };
}

function useDark(): boolean {
  const query = useMemo(() => window.matchMedia('(prefers-color-scheme: dark)'), []);
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const change = () => setDark(query.matches);
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, [query]);
  return dark;
}
