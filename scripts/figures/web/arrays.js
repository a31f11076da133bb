// Arrays in the page's data: base64 of little-endian numbers, plain or quantised (see web.py).

const ARRAY_TYPES = { f4: Float32Array, u1: Uint8Array, u2: Uint16Array };

// {type, shape, data} and, if quantised, low and high, as a Float32Array; the highest level of a quantised array is NaN.
function decodeArray(packed) {
  const bytes = Uint8Array.from(atob(packed.data), (letter) => letter.charCodeAt(0));
  const codes = new ARRAY_TYPES[packed.type](bytes.buffer);
  if (packed.low === undefined) return codes;
  const missing = packed.type === "u1" ? 255 : 65535, step = (packed.high - packed.low) / (missing - 1);
  return Float32Array.from(codes, (code) => (code === missing ? NaN : packed.low + code * step));
}

// Row `index` along the first dimensions of an array whose last dimension has `length` numbers.
function arrayRow(values, index, length) {
  return values.subarray(index * length, (index + 1) * length);
}
