#pragma once
// The networks of the engine: velocity networks, with everything that does not depend on z taken out of the sampler's
// loop.

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

/// Works in scratch that its caller owns, so that threads share it.
class RealtimeNetwork {
 public:
  virtual ~RealtimeNetwork() = default;

  /// Numbers of scratch that `rows` rows need.
  virtual std::size_t scratch(int rows) const = 0;

  /// Takes in the condition [observations, goal] of `rows` rows, for the evaluations [begin, end) that follow.
  virtual void condition(int begin, int end, int rows, RowView features, float* scratch) const = 0;

  /// The output y (rows, H A) for z, at the times that evaluation `index` has.
  virtual void evaluate(int index, int rows, RowView z, RowView y, float* scratch) const = 0;
};

/// @throws InputError for a network that the engine does not run.
void check_realtime_network(const NetworkOptions& options);

/// @param times of each evaluation @throws InputError for a network that the engine does not run.
std::unique_ptr<RealtimeNetwork> make_realtime_network(const NetworkOptions& options, const NetworkShape& shape,
                                                       const std::vector<Times>& times,
                                                       const CheckpointWeights& weights, Precision precision,
                                                       const Kernels& kernels);

}  // namespace fm
