#include "libfm/train/training_data.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/hash.hpp"
#include "libfm/policy/tensor_view.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>

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

/// @param first, copies of values' row k the training row is first + k / copies
void check_float32(const char* what, const Matrix& values, const Normalisation& n, Eigen::Index first = 0,
                   Eigen::Index copies = 1) {
  for (Eigen::Index j = 0; j < values.cols(); ++j) {
    for (Eigen::Index i = 0; i < values.rows(); ++i) {
      const double normalised = n.normalise(static_cast<std::size_t>(j), values(i, j));
      if (std::abs(normalised) <= std::numeric_limits<float>::max()) continue;
      throw_input_error(
          "training data: {} {} of row {} is {}, beyond float32's range when normalised; correct it, or choose a "
          "policy.normaliser that scales it",
          what, j, first + i / copies, values(i, j));
    }
  }
}

void check_actions(const Rows& rows, const PolicyModel& model) {
  const PolicyDescription& d = model.description();
  if (!model.relative_actions().any()) return check_float32("action", rows.actions, d.actions);
  constexpr Eigen::Index block = 1024;
  for (Eigen::Index begin = 0; begin < rows.size(); begin += block) {
    const Eigen::Index end = std::min(begin + block, rows.size()), horizon = d.policy.horizon.prediction;
    Matrix windows = relative_action_windows(rows, begin, end, horizon, model.relative_actions());
    windows.resize((end - begin) * horizon, rows.actions.cols());
    check_float32("relative action", windows, d.actions, begin, horizon);
  }
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

Matrix observation_windows(const Rows& rows, std::int64_t begin, std::int64_t end, std::int64_t history) {
  const Eigen::Index width = rows.observations.cols();
  Matrix windows(end - begin, history * width);
  for (std::int64_t i = begin; i < end; ++i) {
    for (std::int64_t k = 0; k < history; ++k) {
      const std::int64_t row = std::max(i - history + 1 + k, rows.begin[static_cast<std::size_t>(i)]);
      windows.row(i - begin).segment(k * width, width) = rows.observations.row(row);
    }
  }
  return windows;
}

Matrix action_windows(const Rows& rows, std::int64_t begin, std::int64_t end, std::int64_t horizon) {
  const Eigen::Index width = rows.actions.cols();
  Matrix windows(end - begin, horizon * width);
  for (std::int64_t i = begin; i < end; ++i) {
    for (std::int64_t k = 0; k < horizon; ++k) {
      const std::int64_t row = std::min(i + k, rows.end[static_cast<std::size_t>(i)] - 1);
      windows.row(i - begin).segment(k * width, width) = rows.actions.row(row);
    }
  }
  return windows;
}

Matrix relative_action_windows(const Rows& rows, std::int64_t begin, std::int64_t end, std::int64_t horizon,
                               const RelativeActions& relative) {
  const Matrix observations = rows.observations.middleRows(begin, end - begin);
  return action_windows(rows, begin, end, horizon) - relative.references(observations).replicate(1, horizon);
}

Matrix predicted_actions(const Rows& rows, const PolicyDescription& d) {
  const RelativeActions relative(d.spec, d.policy.relative);
  if (!relative.any()) return rows.actions;
  Matrix windows = relative_action_windows(rows, 0, rows.size(), d.policy.horizon.prediction, relative);
  windows.resize(rows.size() * d.policy.horizon.prediction, rows.actions.cols());
  return windows;
}

TrainingData::TrainingData(const Rows& rows, const PolicyModel& model) : clip_(model.description().actions.clip) {
  const c10::Device device = model.parameters().front().device();
  const HorizonOptions& horizon = model.description().policy.horizon;
  check_float32("observation", rows.observations, model.description().observations);
  check_float32("goal", rows.goals, model.description().goals);
  check_actions(rows, model);
  condition_ = model.condition(view_as_tensor(rows.observations).unsqueeze(1), view_as_tensor(rows.goals));
  if (horizon.prediction > 1 && model.relative_actions().any()) {
    prepare_relative_chunks(rows, model);
  } else {
    actions_ =
        model.normalised_actions(view_as_tensor(rows.actions) - model.references(view_as_tensor(rows.observations)));
  }
  const bool single = horizon.observations == 1 && horizon.prediction == 1;
  if (device.is_cuda() && single) table_ = at::cat({actions_, condition_.observations.squeeze(1), condition_.goal}, 1);
  begin_ = at::tensor(rows.begin, at::kLong).to(device);
  last_ = at::tensor(rows.end, at::kLong).to(device) - 1;
  history_ = at::arange(1 - horizon.observations, 1, begin_.options());
  ahead_ = at::arange(0, horizon.prediction, begin_.options());
}

void TrainingData::prepare_relative_chunks(const Rows& rows, const PolicyModel& model) {
  const Normalisation& n = model.description().actions;
  const at::Tensor offset = at::tensor(n.offset, at::kDouble), scale = at::tensor(n.scale, at::kDouble);
  const c10::Device device = condition_.observations.device();
  actions_ = ((view_as_tensor(rows.actions) - offset) / scale).to(device);
  references_ = (model.references(view_as_tensor(rows.observations)) / scale).to(device);
}

at::Tensor TrainingData::relative(const at::Tensor& actions, const at::Tensor& rows) const {
  const at::Tensor difference = actions - references_.index_select(0, rows).unsqueeze(1);
  return (clip_ ? difference.clamp(-1.0, 1.0) : difference).to(condition_.observations.scalar_type());
}

Batch TrainingData::batch(const at::Tensor& indices) const { return windows(indices.to(actions_.device())); }

Batch TrainingData::range(std::int64_t begin, std::int64_t end) const {
  return windows(at::arange(begin, end, begin_.options()));
}

Batch TrainingData::windows(const at::Tensor& rows) const {
  if (history_.size(0) == 1 && ahead_.size(0) == 1) return single_steps(rows);
  const at::Tensor center = rows.unsqueeze(1);
  const at::Tensor past = at::maximum(center + history_, begin_.index_select(0, rows).unsqueeze(1));
  const at::Tensor future = at::minimum(center + ahead_, last_.index_select(0, rows).unsqueeze(1));
  const auto gather = [&](const at::Tensor& values, const at::Tensor& window) {
    return values.index_select(0, window.flatten()).view({rows.size(0), window.size(1), values.size(-1)});
  };
  const at::Tensor actions = gather(actions_, future);
  return {.actions = references_.defined() ? relative(actions, rows) : actions,
          .condition = {.observations = gather(condition_.observations.squeeze(1), past),
                        .goal = goals(rows),
                        .goal_mask = condition_.goal_mask.slice(0, 0, 1).expand({rows.size(0)})}};
}

/// With no goals (G = 0) an empty column is expanded instead of indexed.
at::Tensor TrainingData::goals(const at::Tensor& rows) const {
  const at::Tensor& all = condition_.goal;
  return all.size(1) == 0 ? all.slice(0, 0, 1).expand({rows.size(0), 0}) : all.index_select(0, rows);
}

/// The fast path for windows of one row. On CUDA, where each operation costs a launch, all columns are gathered together.
Batch TrainingData::single_steps(const at::Tensor& rows) const {
  if (table_.defined()) {
    const std::int64_t actions = actions_.size(1), end = actions + condition_.observations.size(2);
    const at::Tensor batch = table_.index_select(0, rows);
    return {.actions = batch.slice(1, 0, actions).unsqueeze(1),
            .condition = {.observations = batch.slice(1, actions, end).unsqueeze(1),
                          .goal = batch.slice(1, end),
                          .goal_mask = condition_.goal_mask.slice(0, 0, rows.size(0))}};
  }
  return {.actions = actions_.index_select(0, rows).unsqueeze(1),
          .condition = {.observations = condition_.observations.index_select(0, rows),
                        .goal = goals(rows),
                        .goal_mask = condition_.goal_mask.slice(0, 0, rows.size(0))}};
}

}  // namespace fm
