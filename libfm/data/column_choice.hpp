#pragma once
// Which columns of a recording a policy sees, does and is told to reach, and what they are called: options in the
// section `data` of an experiment.

#include "libfm/core/fields.hpp"

#include <string>
#include <vector>

namespace fm {

/// Names, units and bounds of the chosen columns. An empty list: as the file says.
struct ColumnTexts {
  std::vector<std::string> names;
  std::vector<std::string> units;
  std::vector<double> low;
  std::vector<double> high;

  bool is_empty() const { return names.empty() && units.empty() && low.empty() && high.empty(); }
  bool operator==(const ColumnTexts&) const = default;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("names", names, "a name for each chosen column; empty: the file's");
    visit("units", units, "a unit for each chosen column; empty: the file's");
    visit("low", low, "a lower bound for each chosen column; empty: the file's");
    visit("high", high, "an upper bound for each chosen column; empty: the file's");
  }
};

struct ColumnTextsOfKinds {
  ColumnTexts observations;
  ColumnTexts actions;
  ColumnTexts goals;

  bool operator==(const ColumnTextsOfKinds&) const = default;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("observations", observations, "of the observations");
    visit("actions", actions, "of the actions, which are clipped to their bounds");
    visit("goals", goals, "of the goals");
  }
};

/// Each list names arrays, of which all columns are taken, or single columns, in this order.
struct ColumnChoice {
  std::vector<std::string> observations;  ///< empty: as the format says
  std::vector<std::string> actions;
  std::vector<std::string> goals;
  ColumnTextsOfKinds columns;
  /// Where the format calls nothing observations, all that could be are taken: to say what a file has. Not in YAML.
  bool everything = false;

  bool operator==(const ColumnChoice&) const = default;

  /// Visited as part of the section `data`.
  template <class Visitor>
  void fields(Visitor& visit) {
    visit("observations", observations,
          "arrays or single columns of the files that the policy observes; empty: what the format calls observations");
    visit("actions", actions, "arrays or columns that it predicts; empty: what the format calls actions");
    visit("goals", goals, "arrays or columns that are its goals; empty: what the format calls goals, if any");
    visit("columns", columns, "names, units and bounds of the chosen columns, where the files do not say them");
  }
};

}  // namespace fm
