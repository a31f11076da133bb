#include "libfm/evaluation/engine.hpp"

#include "libfm/core/error.hpp"
#include "libfm/evaluation/latency.hpp"
#include "libfm/evaluation/model_metrics.hpp"
#include "libfm/policy/checkpoint.hpp"
#include "libfm/realtime/realtime_policy.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/evaluation/scripted_model.hpp"
#include "tests/policy/small_model.hpp"
#include "tests/realtime/small_checkpoint.hpp"

#include <cmath>

namespace {

/// Drawn observations in the environment's units, each an episode of its own, with no torque.
fm::Rows drawn_rows(int count) {
  fm::Rows rows{fm::Matrix(count, 3), fm::Matrix(count, 0), fm::Matrix::Zero(count, 1)};
  fm::Draws draws = fm::RandomStream(2, "rows").at(0);
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j < 3; ++j) rows.observations(i, j) = static_cast<float>(draws.normal());
    rows.begin.push_back(i);
    rows.end.push_back(i + 1);
  }
  return rows;
}

fm::Latency latency_of(const std::string& policy, const fm::SamplerOptions& sampler) {
  fm::PolicyDescription d = fm::test::small_description();
  d.policy.name = policy;
  d.sampler = sampler;
  const auto model = fm::make_policy_model(d, {0, "init"});
  return fm::measure_latency(*model, fm::test::libtorch_engine(model), drawn_rows(5));
}

}  // namespace

CATCH_TEST_CASE("latency counts the network evaluations of one action", "[latency]") {
  const fm::Latency euler = latency_of("flow", {.solver = "euler", .steps = 7});
  CATCH_CHECK(euler.nfe == 7);
  CATCH_CHECK(euler.steps == 7);
  CATCH_CHECK(euler.solver == "euler");
  CATCH_CHECK(euler.engine == "libtorch");
  CATCH_CHECK(euler.median_us > 0.0);
  CATCH_CHECK(euler.median_us <= euler.p99_us);
  CATCH_CHECK(latency_of("flow", {.solver = "heun", .steps = 7}).nfe == 14);
  CATCH_CHECK(latency_of("flow", {.solver = "rk4", .steps = 2}).nfe == 8);
  const fm::Latency mse = latency_of("mse", {.solver = "euler", .steps = 7});
  CATCH_CHECK(mse.nfe == 1);
  CATCH_CHECK(mse.solver == "mse");
  CATCH_CHECK(latency_of("mip", {.solver = "euler", .steps = 7}).nfe == 2);
}

CATCH_TEST_CASE("both engines err by the same amount, at the settings of the model", "[engine]") {
  const TemporaryFolder folder;
  fm::PolicyDescription d = fm::test::small_policy();
  d.policy.horizon = {2, 3};
  const auto file = folder / "small.safetensors";
  fm::write_safetensors(file, fm::test::small_checkpoint(d));
  const auto model = fm::load_policy(file, at::kCPU);
  const fm::Rows rows = drawn_rows(200);
  const fm::Rows single = drawn_rows(1);  // over many rows the errors of other steps average out
  std::vector<double> errors;
  for (const int steps : {1, 4}) {
    double found[2];
    for (const bool fast : {false, true}) {
      fm::SamplerOptions sampler = d.sampler;
      sampler.steps = steps;
      sampler.engine = fast ? "realtime" : "libtorch";
      model->set_sampler(sampler);
      const fm::PredictorFactory engine = fm::make_engine(model, file);
      CATCH_CHECK((dynamic_cast<fm::RealtimePredictor*>(engine().get()) != nullptr) == fast);
      CATCH_CHECK(engine()->description().sampler.steps == steps);
      found[fast ? 1 : 0] = fm::action_error(engine, rows, {0, "noise"}).rmse;
    }
    CATCH_CHECK(std::abs(found[0] - found[1]) < 1e-5);
    errors.push_back(fm::action_error(fm::make_engine(model, file), single, {0, "noise"}).rmse);
    CATCH_CHECK(found[0] > 0.1);
  }
  CATCH_CHECK(std::abs(errors[0] - errors[1]) > 1e-3);  // the steps are not the file's
}

CATCH_TEST_CASE("what an engine does not run is refused", "[engine]") {
  const TemporaryFolder folder;
  fm::PolicyDescription d = fm::test::small_description();
  d.policy.name = "gaussian";
  d.sampler.engine = "realtime";
  const auto model = fm::make_policy_model(d, {0, "init"});
  const auto file = folder / "gaussian.safetensors";
  fm::write_safetensors(file, fm::describe_checkpoint(*model, nullptr));
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::make_engine(model, file); }), "sampler.engine"));
}
