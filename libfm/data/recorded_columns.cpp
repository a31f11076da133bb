#include "libfm/data/recorded_columns.hpp"

#include "libfm/config/suggestion.hpp"
#include "libfm/core/error.hpp"
#include "libfm/policy_spec/policy_description.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace fm {
namespace {

constexpr double unbounded = std::numeric_limits<double>::infinity();
constexpr std::uint64_t most_columns = 100'000;
constexpr std::uint64_t most_flattened = 1'000;  ///< numbers of a step of two or more dimensions: more are an image
constexpr std::size_t most_dimensions = 32;      ///< of a step

/// The names that libfm itself gives to columns without names.
std::string singular(const std::string& key) {
  if (key == "observations" || key == "observation" || key == "obs") return "observation";
  if (key == "actions" || key == "action" || key == "acts") return "action";
  if (key == "goals" || key == "goal") return "goal";
  if (key == "states") return "state";
  return "";
}

std::string content(const Catalogue& catalogue) {
  std::vector<std::string> words;
  for (const RecordedArray& a : catalogue.arrays) {
    words.push_back(a.problem.empty() ? fmt::format("{} ({})", a.key, a.columns.size()) : a.key);
  }
  return words.empty() ? "no arrays" : fmt::format("{}", fmt::join(words, ", "));
}

/// Whether the array is `key`, or lies in the group of that name.
bool is_named(const RecordedArray& array, const std::string& key) {
  return array.key == key || (array.key.starts_with(key) && array.key[key.size()] == '/');
}

[[noreturn]] void refuse_key(const Catalogue& catalogue, const std::string& option, const std::string& key) {
  std::vector<std::string> names;
  for (const RecordedArray& a : catalogue.arrays) {
    names.push_back(a.key);
    for (const Dimension& d : a.columns) names.push_back(d.name);
  }
  throw_input_error("{}: {} has no array or column '{}'{}; it has: {}", option, catalogue.file, key,
                    suggest_name(key, names), content(catalogue));
}

std::vector<ColumnSource> columns_of(const Catalogue& catalogue, const std::string& option, const std::string& key) {
  std::vector<ColumnSource> arrays, columns;
  bool found = false;
  for (std::size_t i = 0; i < catalogue.arrays.size(); ++i) {
    const RecordedArray& array = catalogue.arrays[i];
    const bool whole = is_named(array, key);
    if (whole && !array.problem.empty())
      throw_input_error("{}: {}: {}: {}", option, catalogue.file, array.key, array.problem);
    found = found || whole;
    for (std::size_t j = 0; j < array.columns.size(); ++j) {
      const ColumnSource source{i, static_cast<Eigen::Index>(j)};
      if (whole) arrays.push_back(source);
      if (array.columns[j].name == key) columns.push_back(source);
    }
  }
  if (found) return arrays;
  if (columns.empty()) refuse_key(catalogue, option, key);
  if (columns.size() > 1) {
    throw_input_error("{}: {} has a column '{}' in {} and in {}; choose an array", option, catalogue.file, key,
                      catalogue.arrays[columns[0].array].key, catalogue.arrays[columns[1].array].key);
  }
  return columns;
}

/// The sources of one kind, and their dimensions.
std::vector<ColumnSource> select(const Catalogue& catalogue, const std::string& kind,
                                 const std::vector<std::string>& chosen, const std::vector<std::string>& usual,
                                 const ColumnTexts& texts, std::vector<Dimension>& dimensions, bool& named) {
  const std::string option = "data." + kind;
  std::vector<ColumnSource> sources;
  for (const std::string& key : chosen.empty() ? usual : chosen) {
    for (const ColumnSource& source : columns_of(catalogue, option, key)) sources.push_back(source);
  }
  if (sources.size() > most_columns) {
    throw_input_error("{}: {} columns of {} are more than {}", option, sources.size(), catalogue.file, most_columns);
  }
  std::set<std::string> names;
  for (const ColumnSource& source : sources) {
    const RecordedArray& array = catalogue.arrays[source.array];
    dimensions.push_back(array.columns[static_cast<std::size_t>(source.column)]);
    named = named || array.named;
  }
  describe(dimensions, texts, fmt::format("data.columns.{}: {}", kind, catalogue.file));
  named = named || !texts.is_empty();
  for (const Dimension& d : dimensions) {
    if (!names.insert(d.name).second)
      throw_input_error("{}: {}: two columns have the name '{}'", option, catalogue.file, d.name);
  }
  return sources;
}

void require(const Catalogue& catalogue, const char* option, const std::vector<std::string>& chosen,
             const std::vector<std::string>& usual) {
  if (!chosen.empty() || !usual.empty()) return;
  throw_input_error("{}: name the arrays of {} to use; it has: {}{}", option, catalogue.file, content(catalogue),
                    catalogue.hint);
}

template <class T>
void check_count(const std::string& where, const char* what, const std::vector<T>& values, std::size_t columns) {
  if (values.empty() || values.size() == columns) return;
  throw_input_error("{}: has {} {} for {} columns; give one for each", where, values.size(), what, columns);
}

}  // namespace

std::vector<Dimension> numbered_dimensions(const std::string& name, std::size_t columns) {
  std::vector<Dimension> dimensions;
  for (std::size_t j = 0; j < columns; ++j) {
    dimensions.push_back({fmt::format("{}_{}", name, j), "", -unbounded, unbounded});
  }
  return dimensions;
}

std::string shape_problem(const std::vector<std::uint64_t>& step) {
  if (step.size() > most_dimensions) {
    return fmt::format("has {} dimensions in each step, more than {}: choose other arrays", step.size(),
                       most_dimensions);
  }
  if (std::ranges::find(step, 0u) != step.end()) {
    return fmt::format("has no numbers in each step, whose shape is ({}): choose other arrays", fmt::join(step, ", "));
  }
  std::uint64_t count = 1;
  bool overflows = false;
  for (const std::uint64_t size : step) overflows = __builtin_mul_overflow(count, size, &count) || overflows;
  if (!overflows && count <= (step.size() > 1 ? most_flattened : most_columns)) return "";
  return fmt::format("has ({}) numbers in each step; images are not supported: choose other arrays",
                     fmt::join(step, ", "));
}

RecordedArray unnamed_array(const std::string& key, const std::vector<std::uint64_t>& shape) {
  if (shape.empty()) return {.key = key, .columns = {}, .problem = "is a single value"};
  const std::vector<std::uint64_t> step(shape.begin() + 1, shape.end());
  const std::string name = singular(key), problem = shape_problem(step);
  if (!problem.empty()) return {.key = key, .columns = {}, .problem = problem};
  std::uint64_t columns = 1;
  for (const std::uint64_t size : step) columns *= size;
  RecordedArray array{
      .key = key, .columns = numbered_dimensions(name.empty() ? key : name, columns), .named = name.empty()};
  if (step.empty() && array.named) array.columns[0].name = key;
  return array;
}

void describe(std::vector<Dimension>& dimensions, const ColumnTexts& texts, const std::string& where) {
  const std::size_t n = dimensions.size();
  check_count(where, "names", texts.names, n);
  check_count(where, "units", texts.units, n);
  check_count(where, "lower bounds", texts.low, n);
  check_count(where, "upper bounds", texts.high, n);
  for (std::size_t j = 0; j < n; ++j) {
    Dimension& d = dimensions[j];
    if (!texts.names.empty()) d.name = texts.names[j];
    if (!texts.units.empty()) d.unit = texts.units[j];
    if (!texts.low.empty()) d.low = texts.low[j];
    if (!texts.high.empty()) d.high = texts.high[j];
    if (d.low > d.high) {
      throw_input_error("{}: the lower bound {} of '{}' is above its upper bound {}", where, d.low, d.name, d.high);
    }
  }
}

void describe(Catalogue& catalogue, const std::vector<std::string>& keys, const ColumnTexts& texts,
              const std::string& where) {
  if (texts.is_empty()) return;
  std::vector<Dimension> all;
  std::vector<RecordedArray*> arrays;
  for (const std::string& key : keys) {
    for (RecordedArray& array : catalogue.arrays) {
      if (!is_named(array, key)) continue;
      arrays.push_back(&array);
      all.insert(all.end(), array.columns.begin(), array.columns.end());
    }
  }
  describe(all, texts, where);
  auto next = all.begin();
  for (RecordedArray* array : arrays) {
    std::copy_n(next, array->columns.size(), array->columns.begin());
    next += std::ssize(array->columns);
    array->named = true;
  }
}

Selection select_columns(const Catalogue& catalogue, const ColumnChoice& choice) {
  const std::vector<std::string>& usual =
      catalogue.observations.empty() && choice.everything ? catalogue.possible : catalogue.observations;
  require(catalogue, "data.observations", choice.observations, usual);
  require(catalogue, "data.actions", choice.actions, catalogue.actions);
  Selection s;
  s.spec.name = "none";
  s.observations = select(catalogue, "observations", choice.observations, usual, choice.columns.observations,
                          s.spec.observations, s.named);
  s.actions =
      select(catalogue, "actions", choice.actions, catalogue.actions, choice.columns.actions, s.spec.actions, s.named);
  s.goals = select(catalogue, "goals", choice.goals, catalogue.goals, choice.columns.goals, s.spec.goals, s.named);
  return s;
}

Matrix gather_columns(const std::vector<ColumnSource>& sources, Eigen::Index rows,
                      const std::function<const Matrix&(std::size_t array)>& array) {
  for (const ColumnSource& source : sources) rows = std::min(rows, array(source.array).rows());
  Matrix result(rows, std::ssize(sources));
  for (Eigen::Index j = 0; j < result.cols(); ++j) {
    const ColumnSource& source = sources[static_cast<std::size_t>(j)];
    result.col(j) = array(source.array).col(source.column).head(rows);
  }
  return result;
}

Episode selected_episode(const Selection& selection, Eigen::Index steps,
                         const std::function<Matrix(std::size_t array)>& read) {
  std::map<std::size_t, Matrix> known;
  const auto array = [&](std::size_t i) -> const Matrix& {
    const auto found = known.find(i);
    return found != known.end() ? found->second : known.emplace(i, read(i)).first->second;
  };
  Episode e;
  e.observations = gather_columns(selection.observations, steps + 1, array);
  e.actions = gather_columns(selection.actions, steps, array);
  e.goals = gather_columns(selection.goals, e.observations.rows(), array);
  if (e.goals.rows() < e.observations.rows()) {  // the goal holds until the end
    e.goals.conservativeResize(e.observations.rows(), Eigen::NoChange);
    e.goals.bottomRows(1) = e.goals.row(e.goals.rows() - 2).eval();
  }
  e.states.resize(e.observations.rows(), 0);
  e.extras.resize(steps, 0);
  e.terminated.assign(static_cast<std::size_t>(steps), 0);
  e.truncated.assign(static_cast<std::size_t>(steps), 0);
  e.truncated.back() = 1;
  return e;
}

void set_spec(DatasetInfo& info, Selection selection, double time_step) {
  if (!selection.named && time_step == 0.0) return;
  if (!info.env.empty()) selection.spec.name = info.env;
  selection.spec.time_step = time_step;
  info.env_spec = spec_to_json(selection.spec);
}

}  // namespace fm
