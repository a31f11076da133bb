#pragma once
// The networks of the engine: velocity networks, with everything that does not depend on z hoisted out of the
// sampler's loop.

#include "libfm/policy_spec/network_options.hpp"
#include "libfm/realtime/checkpoint_weights.hpp"
#include "libfm/realtime/dense.hpp"

#include <memory>
#include <string>
#include <vector>

namespace fm {

/// The times of one evaluation: one, or two where the step's length is an input too.
using Times = std::vector<float>;

struct NetworkShape {
  int actions = 0;       ///< H A
  int observations = 0;  ///< h O
  int goals = 0;         ///< G

  int condition() const { return observations + goals; }
};

/// Thread-safe: all working memory is the caller's scratch.
class RealtimeNetwork {
 public:
  virtual ~RealtimeNetwork() = default;

  /// Size of the scratch for `rows` rows, in floats.
  virtual std::size_t scratch(int rows) const = 0;

  /// Processes the condition [observations, goal] of `rows` rows for the following evaluations [begin, end).
  virtual void condition(int begin, int end, int rows, RowView features, float* scratch) const = 0;

  /// The output y (rows, H A) for z (rows, H A), at the times of evaluation `index`.
  virtual void evaluate(int index, int rows, RowView z, RowView y, float* scratch) const = 0;
};

/// @throws InputError for a network that the engine does not support.
void check_realtime_network(const NetworkOptions& options);

/// The network options.name with the given weights.
/// @param times of each evaluation
/// @throws InputError for a network that the engine does not support, or weights that are missing or do not fit.
std::unique_ptr<RealtimeNetwork> make_realtime_network(const NetworkOptions& options, const NetworkShape& shape,
                                                       const std::vector<Times>& times,
                                                       const CheckpointWeights& weights, Precision precision,
                                                       const Kernels& kernels);

}  // namespace fm
