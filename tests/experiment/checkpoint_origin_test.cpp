#include "libfm/experiment/checkpoint_origin.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/json_options.hpp"
#include "libfm/experiment/training.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/experiment/tiny_experiment.hpp"

CATCH_TEST_CASE("a checkpoint remembers what its evaluation needs, and nothing of its machine", "[checkpoint_origin]") {
  const TemporaryFolder folder;
  const fm::Experiment e = fm::test::tiny_experiment(
      folder / "runs", {"name=remembered", "expert.name=optimal", "eval.episodes=7", "eval.seed=8", "sampler.steps=3"});
  const auto model = fm::make_policy_model(fm::describe_untrained(e, fm::make_env(e.env).spec), {0, "init"});
  fm::SafeTensors content = fm::describe_checkpoint(*model, nullptr);
  const auto file = folder / "policy.safetensors";
  fm::write_safetensors(file, content);
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::experiment_of(file); }), file.string()));
  content.metadata.merge(fm::origin_metadata(e));
  fm::write_safetensors(file, content);
  const fm::Experiment found = fm::experiment_of(file);
  CATCH_CHECK(found.name == "remembered");
  CATCH_CHECK(found.eval.episodes == 7);
  CATCH_CHECK(found.eval.seed == 8);
  CATCH_CHECK(fm::options_to_json(found.env) == fm::options_to_json(e.env));
  CATCH_CHECK(fm::options_to_json(found.expert) == fm::options_to_json(e.expert));
  CATCH_CHECK(fm::options_to_json(found.sampler) == fm::options_to_json(e.sampler));
  CATCH_CHECK(fm::options_to_json(found.network) == fm::options_to_json(e.network));

  const fm::Experiment elsewhere = fm::test::tiny_experiment(
      folder / "other", {"name=remembered", "expert.name=optimal", "eval.episodes=7", "eval.seed=8", "threads=3"});
  CATCH_CHECK(fm::origin_metadata(elsewhere) == fm::origin_metadata(e));
}
