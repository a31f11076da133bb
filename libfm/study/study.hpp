#pragma once
// A study: several runs, grouped by configuration without the seed, with statistics over the runs of each group.

#include "libfm/study/aggregate.hpp"
#include "libfm/study/study_runs.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fm {

/// Statistics over the runs of a group that have a result.
struct GroupScore {
  Estimate mean;                          ///< interval over runs; of a single run, over its episodes
  std::optional<Estimate> interquartile;  ///< of four runs or more, as it leaves none out of fewer
};

struct StudyGroup {
  std::string name;                                           ///< KEY=VALUE, ...
  std::vector<std::pair<std::string, std::string>> settings;  ///< value of every varied key
  std::vector<std::size_t> runs;
  std::vector<std::size_t> counted;  ///< those of `runs` that have a result, of each seed the last: equal runs are one
  std::optional<GroupScore> mean_return;
  std::optional<GroupScore> gap;
  std::optional<double> success;
};

/// A group beside the baseline.
struct GroupComparison {
  std::size_t group = 0;
  std::optional<PairedDifference> difference;  ///< of returns; nothing unless all episodes have the same starts
  std::optional<Estimate> improvement;  ///< probability that a run has a greater return; of several runs in both groups
};

struct Study {
  std::string title;
  std::vector<std::filesystem::path> sources;  ///< as given
  std::vector<std::string> varied;             ///< the keys in which groups differ
  std::vector<StudyRun> runs;
  std::vector<StudyGroup> groups;  ///< in the order of their first runs
  std::size_t baseline = 0;        ///< the first group that has a result
  std::vector<GroupComparison>
      comparisons;  ///< of those after it that have; empty unless all runs are of one environment
};

/// The mean return of every counted run of the group.
std::vector<double> returns_of(const Study& study, const StudyGroup& group);

/// Reads the runs of these directories. A run that cannot be read is left out with a warning.
/// @throws InputError if there is no run; MachineError if reading fails
Study read_study(const std::vector<std::filesystem::path>& directories);

}  // namespace fm
