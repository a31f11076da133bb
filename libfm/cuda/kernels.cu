R"cuda(
// What training a perceptron does between its matrix products, small products themselves, and AdamW. Compiled by NVRTC when first used (program.cpp).
// All matrices are contiguous and row-major unless a stride is given.

struct bfloat16 { unsigned short bits; };

__device__ void store(float* x, float value) { *x = value; }
__device__ void store(bfloat16* x, float value) {  // to nearest even
  const unsigned int bits = __float_as_uint(value);
  const unsigned int rounded = bits + 0x7FFFu + ((bits >> 16) & 1u);
  x->bits = value != value ? 0x7FC0 : (unsigned short)(rounded >> 16);
}

__device__ float logistic(float x) { return 1.0f / (1.0f + __expf(-x)); }

#define FOR_EACH(i, n) \
  for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < (n); i += (long long)gridDim.x * blockDim.x)

/// The sum over a block, in the same order every time; valid in thread 0. blockDim.x is a power of two.
__device__ float block_sum(float value) {
  __shared__ float sums[1024];
  sums[threadIdx.x] = value;
  for (int half = blockDim.x / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
  }
  const float sum = sums[0];
  __syncthreads();
  return sum;
}

/// inputs (N, S + 2 F + O) = [z, sin(w t), cos(w t), observations], targets (N, S), from x1 (N, S), noise, times and
/// observations with row strides, and coefficients (N, 4) = [alpha, sigma, of_data, of_noise]; null: [t, 1 - t, 1, -1].
/// Without noise, z is x1, and there are no targets.
template <class T>
__device__ void points(long long N, int S, int F, int O, const float* x1, int x1_stride, const float* noise,
                       int noise_stride, const float* times, int times_stride, const float* coefficients,
                       const float* frequencies, const float* observations, int observations_stride, T* inputs,
                       float* targets) {
  const int width = S + 2 * F + O;
  FOR_EACH(i, N * width) {
    const long long row = i / width;
    const int column = (int)(i - row * width);
    const float t = times[row * times_stride];
    float value;
    if (column < S) {
      value = x1[row * x1_stride + column];
      if (noise) {
        const float x = value, z = noise[row * noise_stride + column];
        float alpha = t, sigma = 1.0f - t, of_data = 1.0f, of_noise = -1.0f;
        if (coefficients) {
          const float* c = coefficients + row * 4;
          alpha = c[0], sigma = c[1], of_data = c[2], of_noise = c[3];
        }
        targets[row * S + column] = of_data * x + of_noise * z;
        value = alpha * x + sigma * z;
      }
    } else if (column < S + F) {
      value = sinf(t * frequencies[column - S]);
    } else if (column < S + 2 * F) {
      value = cosf(t * frequencies[column - S - F]);
    } else {
      value = observations[row * observations_stride + column - S - 2 * F];
    }
    store(inputs + i, value);
  }
}

__device__ float silu_derivative(float x) {
  const float p = logistic(x);
  return p * (1.0f + x * (1.0f - p));
}

struct alignas(16) Four { float value[4]; };
template <class T>
struct alignas(4 * sizeof(T)) FourOf { T value[4]; };

/// n is a multiple of 4.
template <class T>
__device__ void silu(long long n, const float* x, T* y) {
  FOR_EACH(i, n / 4) {
    const Four four = ((const Four*)x)[i];
    FourOf<T> result;
    for (int k = 0; k < 4; ++k) store(&result.value[k], four.value[k] * logistic(four.value[k]));
    ((FourOf<T>*)y)[i] = result;
  }
}

/// g_x (N, W) = g_y silu'(x), and its sums over every 32 rows, sums (blocks, W). 32 x 8 threads, 4 columns each.
/// transposed (W, N) receives g_x' unless it is null.
template <class T>
__device__ void silu_gradient(long long N, int W, const float* x, const float* g_y, T* g_x, float* sums,
                              float* transposed) {
  __shared__ Four parts[8][32];
  __shared__ float tile[128][33];
  const int column = (blockIdx.x * 32 + threadIdx.x) * 4;
  Four sum = {};
  if (column < W) {
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const long long row = (long long)blockIdx.y * 32 + k * 8 + threadIdx.y;
      if (row >= N) break;
      const long long i = (row * W + column) / 4;
      const Four at = ((const Four*)x)[i], arriving = ((const Four*)g_y)[i];
      FourOf<T> result;
      for (int j = 0; j < 4; ++j) {
        const float g = arriving.value[j] * silu_derivative(at.value[j]);
        store(&result.value[j], g);
        sum.value[j] += g;
        if (transposed) tile[threadIdx.x * 4 + j][k * 8 + threadIdx.y] = g;
      }
      ((FourOf<T>*)g_x)[i] = result;
    }
  }
  parts[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y == 0 && column < W) {
    for (int k = 1; k < 8; ++k) {
      for (int j = 0; j < 4; ++j) sum.value[j] += parts[k][threadIdx.x].value[j];
    }
    ((Four*)(sums + (long long)blockIdx.y * W + column))[0] = sum;
  }
  if (!transposed) return;
  const long long row = (long long)blockIdx.y * 32 + threadIdx.x;
  for (int k = threadIdx.y; k < 128; k += 8) {
    if (blockIdx.x * 128 + k < W && row < N) transposed[(blockIdx.x * 128 + k) * N + row] = tile[k][threadIdx.x];
  }
}

/// The gradient of loss = mean of weight (output - target)^2, and the loss's part of each block, losses (blocks).
template <class T>
__device__ void squared_error(long long N, int S, const float* outputs, const float* targets, const float* weights,
                              int weights_stride, T* gradient, float* gradient_float, float* losses) {
  const float scale = 1.0f / ((float)N * S);
  float sum = 0.0f;
  FOR_EACH(i, N * S) {
    const float weight = weights ? weights[(int)(i / S) * weights_stride] : 1.0f;
    const float error = outputs[i] - targets[i];
    store(gradient + i, 2.0f * scale * weight * error);
    gradient_float[i] = 2.0f * scale * weight * error;
    sum += weight * error * error;
  }
  sum = block_sum(sum);
  if (threadIdx.x == 0) losses[blockIdx.x] = scale * sum;
}

#define OF_TYPE(T)                                                                                                   \
  extern "C" __global__ void points_##T(long long N, int S, int F, int O, const float* x1, int x1_stride,            \
                                        const float* noise, int noise_stride, const float* times, int times_stride,  \
                                        const float* coefficients, const float* frequencies,                         \
                                        const float* observations, int observations_stride, T* inputs,               \
                                        float* targets) {                                                            \
    points(N, S, F, O, x1, x1_stride, noise, noise_stride, times, times_stride, coefficients, frequencies,           \
           observations, observations_stride, inputs, targets);                                                      \
  }                                                                                                                  \
  extern "C" __global__ void silu_##T(long long n, const float* x, T* y) { silu(n, x, y); }                          \
  extern "C" __global__ void silu_gradient_##T(long long N, int W, const float* x, const float* g_y, T* g_x,         \
                                               float* sums, float* transposed) {                                     \
    silu_gradient(N, W, x, g_y, g_x, sums, transposed);                                                              \
  }                                                                                                                  \
  extern "C" __global__ void squared_error_##T(long long N, int S, const float* outputs, const float* targets,       \
                                               const float* weights, int weights_stride, T* gradient,                \
                                               float* gradient_float, float* losses) {                               \
    squared_error(N, S, outputs, targets, weights, weights_stride, gradient, gradient_float, losses);                \
  }

OF_TYPE(float)
OF_TYPE(bfloat16)

/// Up to 16 sums over rows in one launch: block b sums one column of the segment that holds it.
struct Segments {
  const float* parts[16];  ///< (rows, columns)
  float* sums[16];         ///< (columns)
  int rows[16];
  int columns[16];
  int count;
};

extern "C" __global__ void column_sums(Segments s) {
  int column = blockIdx.x, k = 0;
  while (column >= s.columns[k]) column -= s.columns[k++];
  float sum = 0.0f;
  for (int row = threadIdx.x; row < s.rows[k]; row += blockDim.x) {
    sum += s.parts[k][(long long)row * s.columns[k] + column];
  }
  sum = block_sum(sum);
  if (threadIdx.x == 0) s.sums[k][column] = sum;
}

/// One sum for each block.
extern "C" __global__ void sums_of_squares(long long n, const float* x, float* sums) {
  float sum = 0.0f;
  FOR_EACH(i, n) sum += x[i] * x[i];
  sum = block_sum(sum);
  if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

/// c = [scale, beta1, beta2, keep, rate, root_correction2, epsilon, follow] as AdamWCoefficients. The gradient is clipped to
/// max_norm if `squares`, of the gradient, is given. `average` may be null. `steps` (P) are counted.
extern "C" __global__ void adamw(long long n, const float* c, const float* gradient, const float* squares, int parts,
                                 float max_norm, float* w, float* m, float* v, float* average, float* steps, int P) {
  __shared__ float shared_scale;
  float scale = c[0];
  if (squares) {
    const float sum = block_sum(threadIdx.x < parts ? squares[threadIdx.x] : 0.0f);
    if (threadIdx.x == 0) shared_scale = fminf(1.0f, max_norm / (sqrtf(sum) + 1e-6f));
    __syncthreads();
    scale = shared_scale;
  }
  const float beta1 = c[1], beta2 = c[2], keep = c[3], rate = c[4], per_root = 1.0f / c[5], epsilon = c[6], follow = c[7];
  FOR_EACH(i, n) {
    const float g = scale * gradient[i];
    const float first = m[i] + (1.0f - beta1) * (g - m[i]), second = beta2 * v[i] + (1.0f - beta2) * g * g;
    const float weight = keep * w[i] - rate * first / (sqrtf(second) * per_root + epsilon);
    m[i] = first;
    v[i] = second;
    w[i] = weight;
    if (average) average[i] += follow * (weight - average[i]);
  }
  FOR_EACH(i, P) steps[i] += 1.0f;
}

// Products of small matrices, with what follows them, on tensor cores in TF32. A block computes 16 x 16 numbers from
// operands in the caches, its four warps sharing the depth; larger matrices are left to the library.

#if __CUDA_ARCH__ >= 800

__device__ unsigned int tf32(float x) {
  unsigned int rounded;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(rounded) : "f"(x));
  return rounded;
}

/// c (16, 8) += a (16, 8) b (8, 8); element layouts of mma.m16n8k8 in the PTX manual.
__device__ void multiply(float (&c)[4], float a0, float a1, float a2, float a3, float b0, float b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(tf32(a0)), "r"(tf32(a1)), "r"(tf32(a2)), "r"(tf32(a3)), "r"(tf32(b0)), "r"(tf32(b1)));
}

/// Numbers along the depth of one row of a factor. Rows beyond the edge repeat the last one; nobody stores their products.
struct AlongRow {  // of a row-major matrix (rows, columns): the depth is its columns
  const float* from;
  int depth;
  bool aligned;
  __device__ AlongRow(const float* matrix, int rows, int columns, int row)
      : from(matrix + (long long)(row < rows ? row : rows - 1) * columns), depth(columns), aligned(columns % 4 == 0 && (unsigned long long)matrix % 16 == 0) {}
  __device__ float at(int k) const { return from[k]; }
  __device__ Four four(int k) const {
    if (aligned) return *(const Four*)(from + k);
    return {from[k], from[k + 1], from[k + 2], from[k + 3]};
  }
};
struct AlongColumn {  // the depth is its rows
  const float* from;
  int depth, columns;
  __device__ AlongColumn(const float* matrix, int rows, int all, int column)
      : from(matrix + (column < all ? column : all - 1)), depth(rows), columns(all) {}
  __device__ float at(int k) const { return from[(long long)k * columns]; }
  __device__ Four four(int k) const { return {at(k), at(k + 1), at(k + 2), at(k + 3)}; }
};

/// With zeros beyond the end.
template <class Along>
__device__ Four rest(const Along& along, int k) {
  Four four = {};
  for (int i = 0; i < 4; ++i) {
    if (k + i < along.depth) four.value[i] = along.at(k + i);
  }
  return four;
}

__device__ void multiply(const Four& upper, const Four& lower, const Four (&right)[2], float (&c)[2][4]) {
  for (int h = 0; h < 2; ++h) {
    const Four& b = right[h];
    multiply(c[h], upper.value[0], lower.value[0], upper.value[1], lower.value[1], b.value[0], b.value[1]);
    multiply(c[h], upper.value[2], lower.value[2], upper.value[3], lower.value[3], b.value[2], b.value[3]);
  }
}

/// A (16, depth) times B' (depth, 16), of rows lane / 4 and lane / 4 + 8 of both. Of each 16 products along the depth, the
/// instruction's order is another than the memory's; the sum is the same. The result is in the first warp, for which true is
/// returned: c[h][e] is row lane / 4 + 8 (e / 2), column 8 h + 2 (lane % 4) + e % 2.
template <class A, class B>
__device__ bool tile_product(const A& upper, const A& lower, const B& left, const B& right, float (&c)[2][4]) {
  const int depth = upper.depth, quarter = 4 * (threadIdx.x % 4), whole = depth / 16 * 16, warp = threadIdx.x / 32;
#pragma unroll 4
  for (int k = warp * 16 + quarter; k < whole; k += 64) {
    const Four b[2] = {left.four(k), right.four(k)};
    multiply(upper.four(k), lower.four(k), b, c);
  }
  if (warp == 3 && whole < depth) {
    const int k = whole + quarter;
    const Four b[2] = {rest(left, k), rest(right, k)};
    multiply(rest(upper, k), rest(lower, k), b, c);
  }
  __shared__ float parts[3][8][32];
  if (warp > 0) {
    for (int i = 0; i < 8; ++i) parts[warp - 1][i][threadIdx.x % 32] = c[i / 4][i % 4];
  }
  __syncthreads();
  if (warp > 0) return false;
  for (int i = 0; i < 8; ++i) {
    for (int k = 0; k < 3; ++k) c[i / 4][i % 4] += parts[k][i][threadIdx.x];
  }
  return true;
}

/// y (N, M) = x (N, K) W' + b, and silu(y) unless `activated` is null.
extern "C" __global__ void affine(int N, int M, int K, const float* x, const float* W, const float* b, float* y,
                                  float* activated) {
  const int top = blockIdx.y * 16, left = blockIdx.x * 16, lane = threadIdx.x % 32;
  float c[2][4] = {};
  const int row = top + lane / 4, column = left + lane / 4;
  if (!tile_product(AlongRow(x, N, K, row), AlongRow(x, N, K, row + 8), AlongRow(W, M, K, column),
                    AlongRow(W, M, K, column + 8), c)) return;
  for (int h = 0; h < 2; ++h) {
    for (int e = 0; e < 4; ++e) {
      const int i = top + lane / 4 + 8 * (e / 2), j = left + 8 * h + 2 * (lane % 4) + e % 2;
      if (i >= N || j >= M) continue;
      const float value = c[h][e] + b[j];
      y[(long long)i * M + j] = value;
      if (activated) activated[(long long)i * M + j] = value * logistic(value);
    }
  }
}

/// g_x (N, K) = g_y (N, M) W silu'(x), and its sums over every 16 rows, sums (blocks, K).
extern "C" __global__ void affine_gradient(int N, int M, int K, const float* g_y, const float* W, const float* x,
                                           float* g_x, float* sums) {
  const int top = blockIdx.y * 16, left = blockIdx.x * 16, lane = threadIdx.x % 32;
  float c[2][4] = {};
  const int first = top + lane / 4, across = left + lane / 4;
  if (!tile_product(AlongRow(g_y, N, M, first), AlongRow(g_y, N, M, first + 8), AlongColumn(W, M, K, across),
                    AlongColumn(W, M, K, across + 8), c)) return;
  for (int h = 0; h < 2; ++h) {
    float sum[2] = {};
    const int column = left + 8 * h + 2 * (lane % 4);
    for (int e = 0; e < 4; ++e) {
      const int row = top + lane / 4 + 8 * (e / 2);
      if (row >= N || column + e % 2 >= K) continue;
      const long long i = (long long)row * K + column + e % 2;
      const float g = c[h][e] * silu_derivative(x[i]);
      g_x[i] = g;
      sum[e % 2] += g;
    }
    for (int k = 0; k < 2; ++k) {
      for (int distance = 4; distance < 32; distance *= 2) sum[k] += __shfl_xor_sync(0xFFFFFFFFu, sum[k], distance);
      if (lane < 4 && column + k < K) sums[(long long)blockIdx.y * K + column + k] = sum[k];
    }
  }
}

/// Up to 16 products out (M, K) = g' x of g (N, M) and x (N, K) in one launch.
struct Products {
  const float* g[16];
  const float* x[16];
  float* out[16];
  int M[16];
  int K[16];
  int count;
};

extern "C" __global__ void weight_gradients(int N, Products p) {
  int block = blockIdx.x, s = 0;
  for (int blocks; block >= (blocks = (p.M[s] + 15) / 16 * ((p.K[s] + 15) / 16)); ++s) block -= blocks;
  const int M = p.M[s], K = p.K[s], across = (K + 15) / 16, lane = threadIdx.x % 32;
  const int top = block / across * 16, left = block % across * 16;
  const float *g = p.g[s], *x = p.x[s];
  float c[2][4] = {};
  const int of_g = top + lane / 4, of_x = left + lane / 4;
  if (!tile_product(AlongColumn(g, N, M, of_g), AlongColumn(g, N, M, of_g + 8), AlongColumn(x, N, K, of_x),
                    AlongColumn(x, N, K, of_x + 8), c)) return;
  for (int h = 0; h < 2; ++h) {
    for (int e = 0; e < 4; ++e) {
      const int row = top + lane / 4 + 8 * (e / 2), column = left + 8 * h + 2 * (lane % 4) + e % 2;
      if (row < M && column < K) p.out[s][(long long)row * K + column] = c[h][e];
    }
  }
}

#endif
)cuda"
