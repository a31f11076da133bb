#include "libfm/experiment/data_agreement.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/json_options.hpp"
#include "libfm/experiment/user_data.hpp"
#include "libfm/policy_spec/policy_description.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/data/sample_dataset.hpp"
#include "tests/experiment/tiny_experiment.hpp"

namespace {

/// Data of the pendulum with this torque limit, whose actions are within it.
fm::Dataset of_torque(double max_torque, int episodes = 2) {
  fm::EnvOptions env;
  env.pendulum.max_torque = max_torque;
  fm::Dataset dataset = sample_dataset(episodes);
  dataset.info.env = "pendulum";
  dataset.info.env_options = fm::options_to_json(env).dump();
  dataset.info.env_spec = fm::spec_to_json(fm::make_env(env).spec);
  change_episodes(dataset,
                  [&](fm::Episode& e) { e.actions = e.actions / e.actions.cwiseAbs().maxCoeff() * max_torque; });
  return dataset;
}

std::string written(const TemporaryFolder& folder, const std::string& name, const fm::Dataset& dataset) {
  fm::write_dataset(folder / name, dataset);
  return folder / name;
}

}  // namespace

CATCH_TEST_CASE("files that say different things are not joined, whatever their order", "[data_agreement]") {
  const TemporaryFolder folder;
  const std::string weak = written(folder, "weak.h5", of_torque(2.0)),
                    strong = written(folder, "strong.h5", of_torque(5.0));
  for (const auto& files : {std::vector{weak, strong}, std::vector{strong, weak}}) {
    const std::string refusal = error_of<fm::InputError>([&] { fm::join_files(files, false); });
    CATCH_CHECK(contains(refusal, files[0]));
    CATCH_CHECK(contains(refusal, files[1]));
    CATCH_CHECK(contains(refusal, "env.pendulum.max_torque is"));
    CATCH_CHECK(contains(refusal, "the bounds of action 'torque' are"));
    CATCH_CHECK(contains(refusal, "data.mixed: true"));
    const fm::Dataset joined = fm::join_files(files, true).dataset;
    const fm::EnvSpec spec = fm::spec_of_data(joined, "both");
    CATCH_CHECK(spec.actions[0].low == -5.0);
    CATCH_CHECK(spec.actions[0].high == 5.0);
  }
}

CATCH_TEST_CASE("every attribute that changes what data mean is compared", "[data_agreement]") {
  const fm::DatasetInfo ours = of_torque(2.0).info;
  CATCH_CHECK(fm::differences(ours, ours).empty());
  CATCH_CHECK(fm::differences(ours, {}).empty());  // it says nothing
  const auto changed = [&](const auto& change) {
    fm::DatasetInfo theirs = ours;
    fm::EnvSpec spec = fm::spec_from_json(ours.env_spec, "spec");
    change(theirs, spec);
    theirs.env_spec = fm::spec_to_json(spec);
    return fmt::format("{}", fmt::join(fm::differences(ours, theirs), "; "));
  };
  using Info = fm::DatasetInfo;
  using Spec = fm::EnvSpec;
  CATCH_CHECK(contains(changed([](Info& i, Spec&) { i.env = "spin"; }), "the environment is spin, not pendulum"));
  CATCH_CHECK(contains(changed([](Info&, Spec& s) { s.time_step = 0.1; }), "the time step is 0.1, not 0.05"));
  CATCH_CHECK(contains(changed([](Info&, Spec& s) { s.observations[1].name = "sine"; }), "the name of observation 1"));
  CATCH_CHECK(contains(changed([](Info&, Spec& s) { s.actions[0].unit = "kN m"; }), "the unit of action 'torque'"));
  CATCH_CHECK(contains(changed([](Info&, Spec& s) { s.actions[0].high = 3.0; }), "the bounds of action 'torque'"));
  CATCH_CHECK(changed([](Info& i, Spec& s) {
                i.seed = 5;
                i.expert = "another";
                i.noise = 9.0;
                s.horizon = 10;
              }).empty());
}

CATCH_TEST_CASE("data are those of the experiment's environment, and within its bounds", "[data_agreement]") {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& file, std::vector<std::string> settings) {
    settings.insert(settings.end(), {"env.pendulum.horizon=200", "data.files=[" + file + "]"});
    return fm::read_user_data(fm::test::tiny_experiment(folder / "runs", settings), false);
  };
  const std::string weak = written(folder, "weak.h5", of_torque(2.0)),
                    strong = written(folder, "strong.h5", of_torque(5.0));
  CATCH_CHECK(read(weak, {"env.pendulum.max_torque=2"}).episodes.size() == 2);
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { read(strong, {"env.pendulum.max_torque=2"}); }), "max_torque"));
  CATCH_CHECK(read(strong, {"env.pendulum.max_torque=2", "data.mixed=true"}).episodes.size() == 2);
  fm::Dataset beyond = of_torque(2.0);
  change_episode(beyond, 1, [](fm::Episode& e) { e.actions(2, 0) = 2.5; });
  const std::string file = written(folder, "beyond.h5", beyond);
  for (const char* env : {"env.name=pendulum", "env.name=none"}) {
    const std::string refusal = error_of<fm::InputError>([&] { read(file, {env, "env.pendulum.max_torque=2"}); });
    CATCH_CHECK(contains(refusal, "beyond.h5: episode 1, step 2: action 'torque' is 2.5, beyond its bounds [-2, 2]"));
  }
  const fm::Dataset widened = read(file, {"env.name=none", "data.mixed=true"});
  CATCH_CHECK(fm::spec_of_data(widened, file).actions[0].high == 2.5);
}

CATCH_TEST_CASE("patterns match names within a folder, sorted", "[data_agreement]") {
  const TemporaryFolder folder;
  for (const char* name : {"b2.h5", "b1.h5", "c.h5", ".hidden.h5"}) fm::write_file_atomically(folder / name, "");
  const auto matching = [&](const std::string& pattern) {
    return fm::matching_files(std::vector<std::string>{folder / pattern});
  };
  CATCH_CHECK(matching("b?.h5") == std::vector<std::string>{folder / "b1.h5", folder / "b2.h5"});
  CATCH_CHECK(matching("*.h5").size() == 3);
  CATCH_CHECK(matching("absent.h5") == std::vector<std::string>{folder / "absent.h5"});
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { matching("d*.h5"); }), "d*.h5"));
}
