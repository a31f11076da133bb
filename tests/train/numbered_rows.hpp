#pragma once
// Episodes whose rows are numbered, and their split into rows for training and validation.

#include "libfm/train/row_split.hpp"

#include "tests/catch.hpp"

#include <ATen/core/Tensor.h>

#include <cmath>
#include <vector>

/// Episodes of the given lengths; row k of all has observation (k, 0, 0) and action k / 100.
inline fm::Dataset of_lengths(const std::vector<int>& lengths) {
  fm::Dataset dataset;
  int k = 0;
  for (const int length : lengths) {
    fm::Episode e;
    e.observations = fm::Matrix::Zero(length + 1, 3);
    e.goals = fm::Matrix(length + 1, 0);
    e.actions = fm::Matrix(length, 1);
    for (int i = 0; i < length; ++i, ++k) {
      e.observations(i, 0) = static_cast<float>(k);
      e.actions(i, 0) = static_cast<float>(k) / 100;
    }
    dataset.episodes.push_back(e);
  }
  return dataset;
}

inline fm::Rows all_rows(const fm::Dataset& dataset) { return *fm::split_rows(dataset, 0.0, 1, {0, "split"}).train[0]; }

/// The two sides, each in a single part.
struct Sides {
  fm::Rows train, validation;
};

inline Sides sides_of(const fm::Dataset& dataset, double share, int horizon, std::uint64_t seed = 0) {
  const fm::Split split = fm::split_rows(dataset, share, horizon, {seed, "split"});
  CATCH_REQUIRE((split.train.parts().size() == 1 && split.validation.parts().size() == 1));
  return {*split.train[0], *split.validation[0]};
}

inline std::vector<int> numbers(const at::Tensor& x) {
  std::vector<int> result;
  for (std::int64_t i = 0; i < x.size(0); ++i) result.push_back(static_cast<int>(std::lround(x[i].item<double>())));
  return result;
}
