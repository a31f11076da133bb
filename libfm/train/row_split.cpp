#include "libfm/train/row_split.hpp"

#include "libfm/core/hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace fm {
namespace {

/// Concatenates episodes.
class RowCollector {
 public:
  /// @param like defines the numbers of columns, also when nothing is added
  template <class Recorded>
  RowCollector(Eigen::Index rows, const Recorded& like)
      : result_{.observations = Matrix(rows, like.observations.cols()),
                .goals = Matrix(rows, like.goals.cols()),
                .actions = Matrix(rows, like.actions.cols())} {}

  /// Adds rows [begin, end) as an episode.
  template <class Recorded>
  void add(const Recorded& from, Eigen::Index begin, Eigen::Index end, double weight = 1.0) {
    const Eigen::Index n = end - begin;
    if (weight != 1.0) result_.weights.resize(static_cast<std::size_t>(filled_), 1.0);
    if (weight != 1.0 || !result_.weights.empty()) {
      result_.weights.resize(static_cast<std::size_t>(filled_ + n), weight);
    }
    result_.observations.middleRows(filled_, n) = from.observations.middleRows(begin, n);
    result_.goals.middleRows(filled_, n) = from.goals.middleRows(begin, n);
    result_.actions.middleRows(filled_, n) = from.actions.middleRows(begin, n);
    result_.begin.resize(static_cast<std::size_t>(filled_ + n), filled_);
    filled_ += n;
    result_.end.resize(static_cast<std::size_t>(filled_), filled_);
    for (Eigen::Index i = filled_ - 2; i >= filled_ - n; --i) {
      const auto row = static_cast<std::size_t>(i);
      result_.end[row] = result_.goals.row(i) == result_.goals.row(i + 1) ? result_.end[row + 1] : i + 1;
    }
  }

  Rows take() { return std::move(result_); }

 private:
  Eigen::Index filled_ = 0;
  Rows result_;
};

/// Selects which of n items are held out.
std::vector<bool> choose(std::int64_t n, double share, const RandomStream& stream, std::uint64_t position) {
  std::vector<bool> chosen(static_cast<std::size_t>(n), false);
  if (share <= 0.0 || n < 2) return chosen;
  const auto count = std::clamp<std::int64_t>(std::llround(share * static_cast<double>(n)), 1, n - 1);
  const auto order = permutation(stream, position, n);
  for (std::int64_t i = 0; i < count; ++i) chosen[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])] = true;
  return chosen;
}

/// Rows [0, held_from) of each episode are trained on, the others held out.
using HeldFrom = std::vector<Eigen::Index>;

/// Rows of an episode, or a labelled state.
struct Piece {
  bool is_state;
  std::size_t item;
  Eigen::Index begin, end;
  double weight;

  Eigen::Index rows() const { return end - begin; }
};

using Pieces = std::vector<Piece>;

Pieces pieces_of(const Dataset& dataset, const HeldFrom& held_from, const std::vector<bool>& states, bool held) {
  Pieces pieces;
  for (std::size_t i = 0; i < held_from.size(); ++i) {
    const Eigen::Index begin = held ? held_from[i] : 0, end = held ? dataset.episodes.steps(i) : held_from[i];
    if (begin < end) pieces.push_back({false, i, begin, end, dataset.weights.empty() ? 1.0 : dataset.weights[i]});
  }
  const std::vector<double>& weights = dataset.uniform_states.weights;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    if (states[i] == held) pieces.push_back({true, i, row, row + 1, weights.empty() ? 1.0 : weights[i]});
  }
  return pieces;
}

Eigen::Index rows_in(const Pieces& pieces) {
  Eigen::Index total = 0;
  for (const Piece& piece : pieces) total += piece.rows();
  return total;
}

Rows gather(const Dataset& dataset, const Pieces& pieces) {
  RowCollector rows = dataset.episodes.empty() ? RowCollector(rows_in(pieces), dataset.uniform_states)
                                               : RowCollector(rows_in(pieces), *dataset.episodes.front());
  for (const Piece& piece : pieces) {
    if (piece.is_state) {
      rows.add(dataset.uniform_states, piece.begin, piece.end, piece.weight);
    } else {
      rows.add(*dataset.episodes[piece.item], piece.begin, piece.end, piece.weight);
    }
  }
  return rows.take();
}

/// Deals the pieces to parts of at most about `most` rows, at random if they are several.
RowParts parts_of(const Dataset& dataset, const Pieces& pieces, std::int64_t most, const RandomStream& stream,
                  std::uint64_t position) {
  const std::int64_t total = rows_in(pieces), count = total == 0 ? 1 : (total - 1) / most + 1;
  if (count == 1) return gather(dataset, pieces);
  const auto shared = std::make_shared<const Dataset>(dataset);
  std::vector<Pieces> dealt(static_cast<std::size_t>(count));
  std::vector<RowParts::Part> parts(dealt.size(), {0, 0.0});
  std::int64_t before = 0;
  for (const std::int64_t i : permutation(stream, position, std::ssize(pieces))) {
    const Piece& piece = pieces[static_cast<std::size_t>(i)];
    const auto part = static_cast<std::size_t>(before * count / total);
    dealt[part].push_back(piece);
    parts[part].rows += piece.rows();
    parts[part].weight += static_cast<double>(piece.rows()) * piece.weight;
    before += piece.rows();
  }
  const auto is_empty = [](const RowParts::Part& part) {
    return part.rows == 0;
  };  // beside an episode of several parts
  std::erase_if(parts, is_empty);
  std::erase_if(dealt, [](const Pieces& part) { return part.empty(); });
  return {std::move(parts), [=](std::size_t part) { return gather(*shared, dealt[part]); }};
}

/// The same for items of which some are copies: what is drawn are the originals, copies follow.
std::vector<bool> choose(const std::vector<std::size_t>& originals, double share, const RandomStream& stream,
                         std::uint64_t position) {
  std::vector<std::size_t> different;  // the originals, in order
  for (std::size_t i = 0; i < originals.size(); ++i) {
    if (originals[i] == i) different.push_back(i);
  }
  const std::vector<bool> drawn = choose(std::ssize(different), share, stream, position);
  std::vector<bool> chosen(originals.size(), false);
  for (std::size_t k = 0; k < different.size(); ++k) chosen[different[k]] = drawn[k];
  for (std::size_t i = 0; i < originals.size(); ++i) chosen[i] = chosen[originals[i]];
  return chosen;
}

std::vector<std::size_t> first_of_equals(const std::vector<std::string>& keys) {
  std::unordered_map<std::string_view, std::size_t> first;
  std::vector<std::size_t> originals;
  for (std::size_t i = 0; i < keys.size(); ++i) originals.push_back(first.emplace(keys[i], i).first->second);
  return originals;
}

std::string_view bytes_of(const Matrix& values) {
  return {reinterpret_cast<const char*>(values.data()), static_cast<std::size_t>(values.size()) * sizeof(double)};
}

/// Equal for episodes with the same observations, goals and actions.
std::string key_of(const Episode& e) {
  Hasher hasher;
  for (const Matrix* part : {&e.observations, &e.goals, &e.actions}) {
    hasher.add(fmt::format("{} {} ", part->rows(), part->cols()));
    hasher.add(bytes_of(*part));
  }
  return hasher.digits();
}

/// Episodes with a side are on it as a whole. Of the others the share is held out: whole episodes, or where one is far
/// more than the share, the end of each.
/// @param horizon actions of a prediction: fewer steps would hold out none with recorded actions for all of them
HeldFrom choose_episodes(const Dataset& dataset, double share, Eigen::Index horizon, const RandomStream& stream) {
  HeldFrom held_from;
  std::vector<std::size_t> undecided;
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < dataset.episodes.size(); ++i) {
    held_from.push_back(dataset.side(i) == Side::held_out ? 0 : dataset.episodes.steps(i));
    if (dataset.side(i) != Side::undecided) continue;
    undecided.push_back(i);
    keys.push_back(key_of(*dataset.episodes[i]));
  }
  const std::vector<std::size_t> originals = first_of_equals(keys);
  std::size_t different = 0;
  for (std::size_t k = 0; k < originals.size(); ++k) different += originals[k] == k ? 1 : 0;
  const bool cut = 2.0 * share * static_cast<double>(different) < 1.0;
  const std::vector<bool> held = choose(originals, cut ? 0.0 : share, stream, 0);
  for (std::size_t k = 0; k < undecided.size(); ++k) {
    Eigen::Index& from = held_from[undecided[k]];
    const auto last = std::max<Eigen::Index>(horizon, std::llround(share * static_cast<double>(from)));
    if (held[k]) from = 0;
    if (cut && share > 0.0) from -= std::min(last, from / 2);
  }
  return held_from;
}

std::vector<std::size_t> originals_of(const LabelledStates& states) {
  std::vector<std::string> keys;
  for (Eigen::Index i = 0; i < states.actions.rows(); ++i) {
    std::string key;
    for (const Matrix* part : {&states.observations, &states.goals, &states.actions}) {
      const Matrix row = part->row(i);
      key += bytes_of(row);
    }
    keys.push_back(hash_text(key));
  }
  return first_of_equals(keys);
}

}  // namespace

Rows rows_of(std::span<const Episode> episodes) {
  Eigen::Index total = 0;
  for (const Episode& e : episodes) total += e.steps();
  const Episode none;
  RowCollector rows(total, episodes.empty() ? none : episodes.front());
  for (const Episode& e : episodes) rows.add(e, 0, e.steps());
  return rows.take();
}

std::vector<std::size_t> originals_of(const Episodes& episodes) {
  std::vector<std::string> keys;
  for (const Episode& e : episodes) keys.push_back(key_of(e));
  return first_of_equals(keys);
}

Split split_rows(const Dataset& dataset, double validation, Eigen::Index horizon, const RandomStream& stream,
                 std::int64_t most_rows) {
  const HeldFrom held_from = choose_episodes(dataset, validation, horizon, stream);
  const auto states = choose(originals_of(dataset.uniform_states), validation, stream, 1);
  const auto side = [&](bool held, std::int64_t most, std::uint64_t position) {
    return parts_of(dataset, pieces_of(dataset, held_from, states, held), most, stream, position);
  };
  return {.train = side(false, most_rows, 2), .validation = side(true, std::max<std::int64_t>(1, most_rows / 4), 3)};
}

}  // namespace fm
