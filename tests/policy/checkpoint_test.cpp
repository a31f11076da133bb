#include "libfm/policy/checkpoint.hpp"

#include "libfm/core/error.hpp"
#include "libfm/policy/flow_model.hpp"
#include "libfm/policy/model_policy.hpp"
#include "libfm/task/environments.hpp"

#include "tests/catch.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/policy/small_model.hpp"

#include <ATen/core/grad_mode.h>

#include <limits>

namespace {

/// The actions of a model on a few observations.
fm::Matrix actions_of(const std::shared_ptr<const fm::PolicyModel>& model) {
  fm::ModelPolicy policy(model, fm::RandomStream(5, "noise"));
  fm::Matrix observations(3, 3);
  observations << 1, 0, 0, 0, 1, -2, -1, 0, 5;
  const fm::Matrix goals(3, 0);
  const std::vector<std::uint64_t> episodes = {0, 1, 2};
  const std::vector<std::uint32_t> steps = {0, 7, 9};
  fm::PolicyOutput output;
  policy.act({observations, goals, episodes, steps}, output);
  return output.actions;
}

std::string refusal(const fm::SafeTensors& content, const std::filesystem::path& file) {
  fm::write_safetensors(file, content);
  try {
    fm::load_policy(file, at::kCPU);
  } catch (const fm::InputError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

CATCH_TEST_CASE("a policy acts the same after a round trip through its file", "[checkpoint]") {
  const TemporaryFolder folder;
  for (const auto type : {at::kFloat, at::kDouble}) {
    const auto model = fm::test::small_model(type);
    const auto file = folder.path() / "policy.safetensors";
    fm::write_safetensors(file, fm::describe_checkpoint(*model, nullptr));
    const auto loaded = fm::load_policy(file, at::kCPU);
    CATCH_CHECK(loaded->parameters()[0].scalar_type() == type);
    CATCH_CHECK(actions_of(loaded) == actions_of(model));
  }
}

CATCH_TEST_CASE("the averaged weights are used for acting", "[checkpoint]") {
  const TemporaryFolder folder;
  const auto model = fm::test::small_model(at::kFloat), averaged = fm::test::small_model(at::kFloat);
  {
    const at::NoGradGuard no_grad;
    for (const at::Tensor& weight : averaged->parameters()) weight.mul_(0.5);
  }
  const auto file = folder.path() / "policy.safetensors";
  fm::write_safetensors(file, fm::describe_checkpoint(*model, averaged.get()));
  CATCH_CHECK(actions_of(fm::load_policy(file, at::kCPU)) == actions_of(averaged));
  CATCH_CHECK(actions_of(averaged) != actions_of(model));
}

CATCH_TEST_CASE("an incomplete checkpoint is refused, and the tensor is named", "[checkpoint]") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "policy.safetensors";
  const fm::SafeTensors good = fm::describe_checkpoint(*fm::test::small_model(at::kFloat), nullptr);
  CATCH_CHECK(refusal(good, file).empty());
  const std::string name = good.tensors[1].name;

  fm::SafeTensors missing = good;
  missing.tensors.erase(missing.tensors.begin() + 1);
  CATCH_CHECK(refusal(missing, file).find("'" + name + "' is missing") != std::string::npos);

  fm::SafeTensors reshaped = good;
  reshaped.tensors[1].shape.push_back(1);
  CATCH_CHECK(refusal(reshaped, file).find(name) != std::string::npos);

  fm::SafeTensors not_finite = good;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(not_finite.tensors[1].bytes.data(), &nan, sizeof nan);
  CATCH_CHECK(refusal(not_finite, file).find("not finite") != std::string::npos);

  fm::SafeTensors foreign = good;
  foreign.metadata.clear();
  CATCH_CHECK(refusal(foreign, file).find("is this a libfm checkpoint?") != std::string::npos);

  CATCH_CHECK(refusal({.tensors = {}, .metadata = good.metadata}, file).find("no weights") != std::string::npos);
}
