// What is refused, and that equal policies are equal files. What the files compute is checked with ONNX Runtime, see
// agreement_cases_test.cpp.

#include "libfm/onnx/export.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/onnx/random_policies.hpp"

namespace {

fm::SafeTensors checkpoint_of(const fm::PolicyDescription& d) {
  return fm::describe_checkpoint(*fm::test::random_model(d), nullptr);
}

std::string refusal(const fm::SafeTensors& content, const std::optional<fm::SamplerOptions>& sampler = {}) {
  return error_of<fm::InputError>([&] { fm::onnx_model(content, "file", sampler); });
}

}  // namespace

CATCH_TEST_CASE("equal policies are equal ONNX files", "[onnx]") {
  const fm::SafeTensors content = checkpoint_of(fm::test::random_policy("flow", "transformer"));
  const std::string model = fm::onnx_model(content, "file");
  CATCH_CHECK(model == fm::onnx_model(content, "file"));
  CATCH_CHECK(model != fm::onnx_model(content, "file", fm::SamplerOptions{.steps = 4}));
  const TemporaryFolder folder;
  fm::write_safetensors(folder.path() / "policy.safetensors", content);
  fm::export_onnx(folder.path() / "policy.safetensors", folder.path() / "policy.onnx");
  CATCH_CHECK(fm::read_file(folder.path() / "policy.onnx", 1 << 24) == model);
}

CATCH_TEST_CASE("solvers that adapt their steps have no ONNX graph", "[onnx]") {
  const fm::SafeTensors content = checkpoint_of(fm::test::random_policy("flow"));
  for (const char* solver : {"dopri5", "bosh3"}) {
    const std::string message = refusal(content, fm::SamplerOptions{.solver = solver});
    CATCH_CHECK(contains(message, std::string("sampler.solver: '") + solver + "' adapts its steps"));
    CATCH_CHECK(contains(message, "sampler.solver=rk4"));
  }
  // Only flows are solved.
  CATCH_CHECK_NOTHROW(
      fm::onnx_model(checkpoint_of(fm::test::random_policy("mse")), "file", fm::SamplerOptions{.solver = "dopri5"}));
}

CATCH_TEST_CASE("a checkpoint whose weights do not fit has no ONNX graph", "[onnx]") {
  for (const char* network : {"mlp", "adaln", "transformer", "gru"}) {
    CATCH_INFO(network);
    fm::SafeTensors content = checkpoint_of(fm::test::random_policy("flow", network));
    const std::string name = content.tensors.back().name;
    content.tensors.pop_back();
    CATCH_CHECK(contains(refusal(content), "file: tensor '" + name + "' is missing"));
  }
  fm::SafeTensors content = checkpoint_of(fm::test::random_policy("gaussian"));
  content.metadata.erase("spec");
  CATCH_CHECK(contains(refusal(content), "file: metadata 'spec' is missing"));
}
