#include "libfm/study/tidy_tables.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "libfm/study/table.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

namespace fm {
namespace {

using Json = nlohmann::ordered_json;

std::string cell(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// The member of an object, or null.
Json member(const Json& object, const char* name) { return object.is_object() ? object.value(name, Json()) : Json(); }

Table runs_table(const Study& study) {
  Table table{{"run", "name", "seed", "state"}, {}};
  table.head.insert(table.head.end(), study.varied.begin(), study.varied.end());
  for (const StudyRun& run : study.runs) {
    std::vector<std::string> row = {run.directory.string(), run.name, fmt::format("{}", run.experiment.seed),
                                    state_name(run.progress.state)};
    for (const auto& [key, value] : study.groups[run.group].settings) row.push_back(value);
    table.rows.push_back(std::move(row));
  }
  return table;
}

class MetricRows {
 public:
  MetricRows(Table& table, std::string run) : table_(table), run_(std::move(run)) {}

  /// Of evaluation.json, or of a point of its grid.
  void add(const Json& evaluation) {
    const Json settings = member(evaluation, "settings");
    settings_ = settings.is_null() ? "" : settings.dump();
    for (const char* actor : {"policy", "expert"}) {
      const Json numbers = member(evaluation, actor);
      const Json returns = member(numbers, "return");
      add(actor, "return", member(returns, "mean"), member(returns, "ci95"));
      add(actor, "success", member(numbers, "success"));
      add(actor, "smoothness", member(member(evaluation, "smoothness"), actor));
      add_all(actor, member(numbers, "metrics"));
    }
    const Json gap = member(evaluation, "gap");
    add("policy", "gap", member(gap, "mean"), member(gap, "ci95"));
    add("policy", "action_error", member(member(evaluation, "action_error"), "rmse"));
    add("policy", "latency_us", member(member(evaluation, "latency"), "median_us"));
    add_all("policy", member(evaluation, "metrics"));
  }

 private:
  void add_all(const std::string& actor, const Json& metrics) {
    for (const auto& [name, value] : metrics.items()) add(actor, name, value);
  }

  void add(const std::string& actor, const std::string& metric, const Json& value, const Json& interval = {}) {
    if (!value.is_number()) return;
    const bool has_ends = interval.is_array() && interval.size() == 2;
    table_.rows.push_back({run_, settings_, actor, metric, cell(value), has_ends ? cell(interval[0]) : "",
                           has_ends ? cell(interval[1]) : ""});
  }

  Table& table_;
  std::string run_, settings_;
};

Table metrics_table(const Study& study) {
  Table table{{"run", "settings", "actor", "metric", "value", "low", "high"}, {}};
  for (const StudyRun& run : study.runs) {
    const auto file = run.directory / "evaluation.json";
    if (!std::filesystem::is_regular_file(file)) continue;
    const Json evaluation = Json::parse(read_file(file, 1 << 28), nullptr, /*allow_exceptions=*/false);
    MetricRows rows(table, run.directory.string());
    rows.add(evaluation);
    const Json variants = member(evaluation, "variants");
    for (const Json& variant : variants) rows.add(variant);
  }
  return table;
}

Table curves_table(const Study& study) {
  Table table{{"run", "step", "name", "value"}, {}};
  for (const StudyRun& run : study.runs) {
    std::ifstream lines(run.directory / "metrics.jsonl");
    for (std::string line; std::getline(lines, line);) {
      const Json numbers = Json::parse(line, nullptr, /*allow_exceptions=*/false);
      for (const auto& [name, value] : numbers.items()) {
        if (name == "step" || !value.is_number()) continue;
        table.rows.push_back({run.directory.string(), cell(member(numbers, "step")), name, cell(value)});
      }
    }
  }
  return table;
}

/// @throws InputError if there is a file of this name that begins otherwise than this table
void check_ours(const std::filesystem::path& file, const std::string& head) {
  std::ifstream in(file);
  std::string first;
  if (in && std::getline(in, first) && !first.starts_with(head)) {
    throw_input_error("{}: is not a table of fm report, which would replace it; choose another folder", file.string());
  }
}

}  // namespace

void write_tidy_tables(const Study& study, const std::filesystem::path& folder) {
  struct Named {
    const char* file;
    Table table;
    const char* head;  ///< that every such table begins with
  };
  const Named all[] = {{"runs.csv", runs_table(study), "run,name,seed,state"},
                       {"metrics.csv", metrics_table(study), "run,settings,actor"},
                       {"curves.csv", curves_table(study), "run,step,name"}};
  for (const Named& named : all) check_ours(folder / named.file, named.head);
  std::filesystem::create_directories(folder);
  for (const Named& named : all) {
    write_file_atomically(folder / named.file, format_table(named.table, TableFormat::csv));
  }
}

}  // namespace fm
