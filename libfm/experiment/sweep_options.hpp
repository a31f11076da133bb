#pragma once
// The runs of a sweep: every point of `grid` with every row of `zip`, for every seed.
//
//   sweep: {grid: {collect.episodes: [10, 50]}, zip: {train.epochs: [100, 200], train.patience: [10, 20]}, seeds: [0, 1]}

#include "libfm/config/setting_grid.hpp"
#include "libfm/core/fields.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fm {

struct SweepOptions {
  SettingGrid grid;
  SettingGrid zip;
  std::vector<std::uint64_t> seeds;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("grid", grid,
          "settings that are combined: {train.learning_rate: [1.0e-4, 3.0e-4], train.batch_size: [64, 256]}");
    visit("zip", zip, "settings that change together, as many values of each: the first of all, then the second ...");
    visit("seeds", seeds, "each combination is run with each of these as `seed`; empty: with the experiment's own");
  }

  bool is_empty() const { return grid.axes.empty() && zip.axes.empty() && seeds.empty(); }
};

/// Key and text of each problem between the options of a sweep.
std::vector<std::pair<std::string, std::string>> sweep_problems(const SweepOptions& sweep);

/// The KEY=VALUE settings of each run: the first axis of the grid changes slowest, the seed fastest. One run without
/// settings for an empty sweep.
std::vector<std::vector<std::string>> sweep_points(const SweepOptions& sweep);

}  // namespace fm
