// The loops of kernels.hpp, for the instruction set of the including file. Everything has internal linkage, and no
// standard library function is called (see simd/instruction_set.hpp).

#include "libfm/realtime/kernels.hpp"
#include "libfm/simd/bfloat16.hpp"
#include "libfm/simd/exponential.hpp"

namespace fm {
namespace {

#if defined(__AVX512F__) || defined(FM_EMULATE_AVX512)  // emulated in a test on processors without it
constexpr int lanes = 16, tall_rows = 12;               // 32 registers
#elif defined(__AVX2__)
constexpr int lanes = 8, tall_rows = 5;  // 16 registers
#else
constexpr int lanes = 4, tall_rows = 5;
#endif

typedef float Vector __attribute__((vector_size(4 * lanes), aligned(4), may_alias));
typedef std::uint32_t Words __attribute__((vector_size(4 * lanes), aligned(4), may_alias));
typedef std::int32_t Integers __attribute__((vector_size(4 * lanes), aligned(4), may_alias));

inline Vector load(const float* x) { return *reinterpret_cast<const Vector*>(x); }
inline void store(float* x, Vector value) { *reinterpret_cast<Vector*>(x) = value; }

struct Pair {
  Vector first;
  Vector second;
};

/// The weights of one input for a panel.
inline Pair load_weights(const float* w) { return {load(w), load(w + lanes)}; }
inline Pair load_weights(const Bfloat16* w) {
  const Words words = *reinterpret_cast<const Words*>(w);
  return {reinterpret_cast<Vector>(words << 16), reinterpret_cast<Vector>(words & 0xFFFF0000u)};
}

/// x W for Rows rows and Panels panels. Split: the panels are parts of one panel's inputs.
template <int Rows, int Panels, bool Split, class Weight>
[[gnu::always_inline]] inline void multiply(Vector (&sum)[Rows][Panels][2], const float* x, std::ptrdiff_t x_stride,
                                            const Weight* w, std::ptrdiff_t inputs) {
  const std::ptrdiff_t panel_size = inputs * 2 * lanes;
  for (std::ptrdiff_t i = 0; i < inputs; ++i) {
#pragma GCC unroll 4
    for (int p = 0; p < Panels; ++p) {
      const Pair weights = load_weights(w + p * panel_size + i * 2 * lanes);
#pragma GCC unroll 12
      for (int r = 0; r < Rows; ++r) {
        const float value = x[r * x_stride + (Split ? p * inputs : 0) + i];
        sum[r][p][0] += value * weights.first;
        sum[r][p][1] += value * weights.second;
      }
    }
  }
}

/// Initial values of a panel's sums.
inline Pair begin_of(const DenseCall& c, std::ptrdiff_t row, std::ptrdiff_t column) {
  Pair begin = {load(c.shared + column), load(c.shared + column + lanes)};
  if (c.own != nullptr) {
    begin.first += load(c.own + row * c.own_stride + column);
    begin.second += load(c.own + row * c.own_stride + column + lanes);
  }
  return begin;
}

template <int Rows, int Panels, class Weight>
inline void dense_tile(const DenseCall& c, std::ptrdiff_t row, std::ptrdiff_t panel) {
  Vector sum[Rows][Panels][2];
#pragma GCC unroll 12
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
    for (int p = 0; p < Panels; ++p) {
      const Pair begin = begin_of(c, row + r, (panel + p) * 2 * lanes);
      sum[r][p][0] = begin.first;
      sum[r][p][1] = begin.second;
    }
  }
  multiply<Rows, Panels, false>(sum, c.x + row * c.x_stride, c.x_stride,
                                static_cast<const Weight*>(c.weights) + panel * c.inputs * 2 * lanes, c.inputs);
#pragma GCC unroll 12
  for (int r = 0; r < Rows; ++r) {
    float* y = c.y + (row + r) * c.y_stride + panel * 2 * lanes;
#pragma GCC unroll 4
    for (int p = 0; p < Panels; ++p) {
      store(y + p * 2 * lanes, sum[r][p][0]);
      store(y + p * 2 * lanes + lanes, sum[r][p][1]);
    }
  }
}

template <int Rows, class Weight>
inline void dense_split(const DenseCall& c, std::ptrdiff_t row) {
  Vector sum[Rows][4][2] = {};
  multiply<Rows, 4, true>(sum, c.x + row * c.x_stride, c.x_stride, static_cast<const Weight*>(c.weights), c.inputs / 4);
#pragma GCC unroll 3
  for (int r = 0; r < Rows; ++r) {
    const Pair begin = begin_of(c, row + r, 0);
    float* y = c.y + (row + r) * c.y_stride;
    store(y, begin.first + ((sum[r][0][0] + sum[r][1][0]) + (sum[r][2][0] + sum[r][3][0])));
    store(y + lanes, begin.second + ((sum[r][0][1] + sum[r][1][1]) + (sum[r][2][1] + sum[r][3][1])));
  }
}

/// All panels for a few rows.
template <int Rows, int Panels, class Weight>
inline void dense_rows(const DenseCall& c, std::ptrdiff_t row) {
  int panel = 0;
  for (; panel + Panels <= c.panels; panel += Panels) dense_tile<Rows, Panels, Weight>(c, row, panel);
  for (; panel < c.panels; ++panel) dense_tile<Rows, 1, Weight>(c, row, panel);
}

template <class Weight>
void dense(const DenseCall& c) {
  int row = 0;
  if (c.splits > 1) {
    constexpr int most = tall_rows / 4;
    for (; row + most <= c.rows; row += most) dense_split<most, Weight>(c, row);
    for (; row < c.rows; ++row) dense_split<1, Weight>(c, row);
    return;
  }
  const int tall = c.rows / tall_rows * tall_rows;
  for (int panel = 0; tall > 0 && panel < c.panels; ++panel) {
    for (row = 0; row < tall; row += tall_rows) dense_tile<tall_rows, 1, Weight>(c, row, panel);
  }
  for (row = tall; row + 4 <= c.rows; row += 4) dense_rows<4, lanes == 16 ? 2 : 1, Weight>(c, row);
  for (; row + 2 <= c.rows; row += 2) dense_rows<2, lanes == 16 ? 4 : 2, Weight>(c, row);
  for (; row < c.rows; ++row) dense_rows<1, 4, Weight>(c, row);
}

void silu(float* x, int n) {
  for (int i = 0; i < n; i += lanes) {
    const Vector value = load(x + i);
    store(x + i, value * sigmoid<Vector, Integers>(value));
  }
}

void modulate(const float* x, const float* scale, const float* shift, float* y, int n) {
  for (int i = 0; i < n; i += lanes) store(y + i, (1.0f + load(scale + i)) * load(x + i) + load(shift + i));
}

void add_gated(const float* gate, const float* y, float* x, int n) {
  for (int i = 0; i < n; i += lanes) store(x + i, load(x + i) + load(gate + i) * load(y + i));
}

inline float total(Vector v) {
  float sum = 0.0f;
  for (int l = 0; l < lanes; ++l) sum += v[l];
  return sum;
}

void layer_norm(const float* x, float* y, int width) {
  const int whole = width / lanes * lanes;
  Vector sums = {};
  for (int i = 0; i < whole; i += lanes) sums += load(x + i);
  float sum = total(sums);
  for (int i = whole; i < width; ++i) sum += x[i];
  const float mean = sum / static_cast<float>(width);

  Vector squares = {};
  for (int i = 0; i < whole; i += lanes) squares += (load(x + i) - mean) * (load(x + i) - mean);
  float square = total(squares);
  for (int i = whole; i < width; ++i) square += (x[i] - mean) * (x[i] - mean);
  const float inverse = 1.0f / __builtin_sqrtf(square / static_cast<float>(width) + 1e-5f);

  for (int i = 0; i < whole; i += lanes) store(y + i, (load(x + i) - mean) * inverse);
  for (int i = whole; i < width; ++i) y[i] = (x[i] - mean) * inverse;
}

}  // namespace
}  // namespace fm
