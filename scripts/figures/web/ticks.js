// Places and texts of an axis's ticks.

// At most about `count` round numbers in [low, high]: steps of 1, 2, 2.5 or 5 times a power of ten.
function linearTicks(low, high, count) {
  const rough = (high - low) / Math.max(1, count), power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((base) => base * power).find((size) => size >= rough * (1 - 1e-9));
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; ++i) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

// Powers of ten in [low, high], with 2 and 5 times these if there are few; round numbers if even these are fewer than two.
function logTicks(low, high, count) {
  for (const bases of [[1, 2, 5], [1, 3], [1]]) {
    const ticks = decades(low, high, bases);
    if (ticks.length <= count) return ticks.length > 1 ? ticks : linearTicks(low, high, count);
  }
  const ticks = decades(low, high, [1]), stride = Math.ceil(ticks.length / count);
  return ticks.filter((_, i) => i % stride === 0);
}

function decades(low, high, bases) {
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); ++power) {
    for (const base of bases) ticks.push(Number((base * 10 ** power).toPrecision(12)));
  }
  return ticks.filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function tickText(value) {
  const size = Math.abs(value);
  if (size >= 1e9 || (size > 0 && size < 1e-3)) return scientific(value);
  const [divided, suffix] = size >= 1e6 ? [value / 1e6, "M"] : size >= 1e4 ? [value / 1e3, "k"] : [value, ""];
  return minus(String(Number(divided.toPrecision(6)))) + suffix;
}

function scientific(value) {
  const power = Math.floor(Math.log10(Math.abs(value)) + 1e-9), base = Number((value / 10 ** power).toPrecision(3));
  const raised = String(Math.abs(power)).replace(/\d/g, (digit) => SUPERSCRIPTS[digit]);
  return (base === 1 ? "" : minus(String(base)) + "·") + "10" + (power < 0 ? "⁻" : "") + raised;
}

// A number to read off, with three digits; integers with all.
function readout(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 1e-4)) return scientific(value);
  if (Number.isInteger(value)) return decimal(value, 0);
  return decimal(value, Math.max(0, 2 - Math.floor(Math.log10(size))));
}

function decimal(value, places) {
  return Number.isFinite(value) ? minus(value.toFixed(places)) : "–";
}

function minus(text) {
  return text.replace("-", "−");
}
