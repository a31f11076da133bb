#include "libfm/study/study.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/experiment/run_directory.hpp"
#include "libfm/study/study_json.hpp"

#include "tests/catch.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/experiment/tiny_experiment.hpp"

#include <nlohmann/json.hpp>

#include <optional>

namespace {

/// A run with this return, if any.
void make_run(const TemporaryFolder& folder, int seed, int epochs, std::optional<double> mean_return) {
  const auto run = fm::RunDirectory::create(
      fm::test::tiny_experiment(folder.path(), {fmt::format("seed={}", seed), fmt::format("train.epochs={}", epochs)}),
      fm::LastStage::report);
  if (!mean_return) return;
  const nlohmann::json result = {{"policy", {{"return", {{"mean", *mean_return}, {"ci95", {0.0, 1.0}}}}}}};
  fm::write_file_atomically(run.path() / "evaluation.json", result.dump());
}

fm::Study study_in(const TemporaryFolder& folder) { return fm::read_study({folder.path() / "tiny"}); }

}  // namespace

CATCH_TEST_CASE("runs of equal configuration and seed count once, the last of them", "[study]") {
  const TemporaryFolder folder;
  make_run(folder, 1, 5, 10.0);
  make_run(folder, 2, 5, 20.0);
  make_run(folder, 1, 5, 40.0);
  const fm::Study study = study_in(folder);
  CATCH_REQUIRE(study.groups.size() == 1);
  const fm::StudyGroup& group = study.groups[0];
  CATCH_CHECK(group.runs.size() == 3);
  CATCH_REQUIRE(group.counted.size() == 2);
  CATCH_CHECK(group.mean_return->mean.mean == 30.0);
  CATCH_CHECK(fm::to_json(study)["groups"][0]["counted"] == group.counted);
}

CATCH_TEST_CASE("groups are compared with the first that has a result", "[study]") {
  const TemporaryFolder folder;
  make_run(folder, 1, 5, std::nullopt);
  make_run(folder, 1, 6, 10.0);
  make_run(folder, 1, 7, 20.0);
  const fm::Study study = study_in(folder);
  CATCH_REQUIRE(study.groups.size() == 3);
  CATCH_REQUIRE(study.comparisons.size() == 1);
  CATCH_CHECK(study.comparisons[0].group != study.baseline);
  CATCH_CHECK(study.groups[study.baseline].mean_return.has_value());
  const auto comparison = fm::to_json(study)["comparisons"][0];
  CATCH_CHECK(comparison["a"] == study.comparisons[0].group);
  CATCH_CHECK(comparison["b"] == study.baseline);
  CATCH_CHECK_FALSE(study.comparisons[0].difference);  // without evaluation.h5 the returns by start are not known
}
