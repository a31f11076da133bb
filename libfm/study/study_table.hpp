#pragma once
// A study as tables for the terminal and for papers.

#include "libfm/study/study.hpp"
#include "libfm/study/table.hpp"

namespace fm {

/// A row for each group: its settings, number of runs, return, interquartile mean, gap, success, and its difference to the
/// first one with a result. In CSV, means and the ends of intervals have columns of their own, with all digits.
Table results_table(const Study& study, TableFormat format);

/// A row for each key in which groups differ, with its value in every group.
Table differences_table(const Study& study);

/// The results, after the differences if they are too many for columns of the results.
std::string study_text(const Study& study, TableFormat format);

}  // namespace fm
