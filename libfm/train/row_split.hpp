#pragma once
// Recorded episodes as training rows, and which of them are held out.

#include "libfm/core/random.hpp"
#include "libfm/data/episode_file.hpp"
#include "libfm/train/row_parts.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace fm {

/// The steps of all episodes, concatenated.
Rows rows_of(std::span<const Episode> episodes);

struct Split {
  RowParts train;
  RowParts validation;
};

/// For each episode the first one with the same observations, goals and actions: itself, unless it is a copy.
std::vector<std::size_t> originals_of(const Episodes& episodes);

/// Holds out the given share of the episodes, drawn from `stream` (at least one if the share is above 0), and likewise of
/// the individually labelled states. Copies are on the side of their originals. Where a single episode is more than twice
/// the share, as with two episodes and 5 %, the last steps of every episode are held out instead, at least those of one
/// prediction, at most half; both parts are then as episodes of their own.
/// Episodes that have a side in the dataset are on that one, whole.
/// Each side is a single part, in the order of the episodes, unless it has more rows than that: then its episodes and
/// states are dealt to parts of about equal numbers of rows at random, by `stream`.
/// @param horizon actions of a prediction
/// @param most_rows of a part for training, which has at least one episode; a quarter of that for validation
Split split_rows(const Dataset& dataset, double validation, Eigen::Index horizon, const RandomStream& stream,
                 std::int64_t most_rows = std::numeric_limits<std::int64_t>::max());

}  // namespace fm
