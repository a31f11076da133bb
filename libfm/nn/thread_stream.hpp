#pragma once
// Streams of a CUDA device that belong to a thread. Always the same ones are used, because LibTorch has 32 for all threads,
// and keeps memory for matrix products on each that was used.

#include <c10/core/Stream.h>

namespace fm {

enum class StreamUse { main, side };

/// This thread's stream of a CUDA device, with an index, for this use.
c10::Stream thread_stream(c10::Device device, StreamUse use);

}  // namespace fm
