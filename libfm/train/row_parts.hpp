#pragma once
// Training rows, all together or in parts of which one at a time is in memory.

#include "libfm/env/environment.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace fm {

/// Pairs of observations and expert actions, in the environment's units.
struct Rows {
  Matrix observations;               ///< (M, O)
  Matrix goals;                      ///< (M, G)
  Matrix actions;                    ///< (M, A)
  std::vector<std::int64_t> begin;   ///< (M), the first row of each row's episode
  std::vector<std::int64_t> end;     ///< (M), one past the last row of the same episode and goal
  std::vector<double> weights = {};  ///< (M), how often each is drawn, relative to others; empty: all equally often

  Eigen::Index size() const { return actions.rows(); }
};

class RowParts {
 public:
  struct Part {
    std::int64_t rows;
    double weight;  ///< the sum of the rows' weights
  };

  /// A single part, which stays in memory.
  RowParts(Rows rows = {});
  /// @param read reads the rows of a part
  RowParts(std::vector<Part> parts, std::function<Rows(std::size_t part)> read);

  const std::vector<Part>& parts() const { return parts_; }
  /// The rows of all parts.
  std::int64_t size() const;
  std::shared_ptr<const Rows> operator[](std::size_t part) const;

 private:
  std::vector<Part> parts_;
  std::shared_ptr<const Rows> kept_;
  std::function<Rows(std::size_t)> read_;
};

}  // namespace fm
