// Every policy on CUDA against the CPU.

#include "libfm/policy/checkpoint.hpp"
#include "libfm/policy/draws.hpp"
#include "libfm/policy/model_policy.hpp"

#include "tests/core/temporary_folder.hpp"
#include "tests/cuda.hpp"
#include "tests/nn/tensors.hpp"
#include "tests/policy/small_model.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

namespace {

constexpr std::int64_t cuda_batch = 6, cuda_chunk = 4, cuda_history = 3;

std::shared_ptr<fm::PolicyModel> model_on(c10::Device device, const fm::PolicyDescription& d) {
  auto model = fm::make_policy_model(d, fm::RandomStream(1, "init"));
  model->to(device, at::kDouble);
  if (fm::learns_from_teacher(d.policy.name)) model->set_teacher(model_on(device, fm::test::small_chunked("flow")));
  return model;
}

fm::Batch batch_for(const fm::PolicyModel& model) {
  const at::Tensor seen = normals({cuda_batch, cuda_history, 3}, 1).to(at::kDouble);
  return {model.normalised_actions(normals({cuda_batch, cuda_chunk, 1}, 2).to(at::kDouble)),
          model.condition(seen, at::zeros({cuda_batch, 0}, at::kDouble))};
}

at::Tensor noise_of(const fm::PolicyModel& model) {
  return normals({cuda_batch, model.noises(), cuda_chunk, 1}, 3).to(model.parameters().front().options());
}

/// Every policy of the table, and a flow with each coupling.
std::vector<fm::PolicyDescription> device_policies() {
  std::vector<fm::PolicyDescription> all;
  for (const std::string& name : fm::names_in(fm::policy_kinds)) all.push_back(fm::test::small_chunked(name));
  for (const std::string& name : fm::names_in(fm::coupling_kinds)) {
    all.push_back(fm::test::small_chunked("flow"));
    all.back().policy.flow.coupling.name = name;
  }
  return all;
}

std::vector<at::Tensor> gradients_of(const fm::PolicyModel& model) {
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& p : model.parameters()) {
    gradients.push_back(p.grad().defined() ? p.grad().to(at::kCPU, at::kDouble) : at::zeros({1}, at::kDouble));
  }
  return gradients;
}

double largest_difference(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, difference(a[i], b[i] + 1e-30));
  return largest;
}

}  // namespace

CATCH_TEST_CASE("every policy's training loss and gradient on CUDA are the CPU's, from the same draws", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  const fm::RandomStream stream(0, "batch");
  for (const fm::PolicyDescription& d : device_policies()) {
    CATCH_INFO(d.policy.name << " " << d.policy.flow.coupling.name);
    const auto cpu = model_on(at::kCPU, d), cuda = model_on(*device, d);
    const at::Tensor expected = cpu->loss(batch_for(*cpu), stream, 2),
                     found = cuda->training_loss(batch_for(*cuda), stream, 2);
    CATCH_CHECK(difference(found.cpu(), expected) < 1e-10);
    expected.backward();
    if (found.requires_grad()) found.backward();
    CATCH_CHECK(largest_difference(gradients_of(*cuda), gradients_of(*cpu)) < 1e-8);
  }
}

CATCH_TEST_CASE("every policy's samples and densities on CUDA are the CPU's", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  const at::NoGradGuard no_grad;
  for (const std::string& name : fm::names_in(fm::policy_kinds)) {
    CATCH_INFO(name);
    const auto cpu = model_on(at::kCPU, fm::test::small_chunked(name)),
               cuda = model_on(*device, fm::test::small_chunked(name));
    const fm::Batch theirs = batch_for(*cpu), ours = batch_for(*cuda);
    CATCH_CHECK(difference(cuda->sample(ours.condition, noise_of(*cuda)).cpu(),
                           cpu->sample(theirs.condition, noise_of(*cpu))) < 1e-9);
    try {
      const at::Tensor expected = cpu->log_probability(theirs.condition, theirs.actions, {});
      CATCH_CHECK(difference(cuda->log_probability(ours.condition, ours.actions, {}).cpu(), expected) < 1e-8);
    } catch (const fm::InputError&) {  // no density
    }
  }
}

CATCH_TEST_CASE("every solver's samples on CUDA are the CPU's, and those that begin from a given chunk", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  const at::NoGradGuard no_grad;
  std::vector<fm::SamplerOptions> samplers;
  for (const std::string& solver : fm::sampler_names()) samplers.push_back({.solver = solver, .steps = 4});
  samplers.push_back({.steps = 4, .executed = 2, .warm_start = 0.5});
  for (const char* prefix : {"trained", "guided"}) {
    samplers.push_back({.steps = 4, .executed = 2, .delay = 1, .prefix = prefix});
  }
  for (const fm::SamplerOptions& sampler : samplers) {
    CATCH_INFO(sampler.solver << " " << sampler.prefix << " " << sampler.warm_start);
    fm::PolicyDescription d = fm::test::small_chunked("flow");
    d.policy.horizon.largest_delay = 1;
    d.sampler = sampler;
    const auto sampled = [&](c10::Device where) {
      const auto model = model_on(where, d);
      const fm::Condition condition = batch_for(*model).condition;
      const at::Tensor noise = noise_of(*model), guess = normals({cuda_batch, cuda_chunk, 1}, 4).to(noise.options());
      const bool refines = sampler.prefix != "none" || sampler.warm_start > 0.0;
      return (refines ? model->refine(condition, noise, guess) : model->sample(condition, noise)).cpu();
    };
    CATCH_CHECK(difference(sampled(*device), sampled(at::kCPU)) < 1e-8);
  }
}

CATCH_TEST_CASE("repeated draws are those of each position", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  const fm::RandomStream stream(0, "batch");
  const auto fill = [](fm::Draws& draws, float* row) { row[0] = static_cast<float>(draws.normal()), row[1] = 2.0F; };
  const at::Tensor like = at::zeros({1}, at::TensorOptions(*device).dtype(at::kFloat));
  fm::RepeatedDraws repeated;
  const auto drawn = [&] {
    const fm::RepeatedDraws::Recording recording(repeated, 10, 2);
    return std::pair(fm::draw_rows(stream, 10, 50, 2, like, fill), fm::draw_rows(stream, 11, 50, 2, like, fill));
  }();
  for (std::uint64_t position = 0; position < 4; ++position) {
    repeated.draw(position);
    CATCH_CHECK(drawn.first.equal(fm::draw_rows(stream, position, 50, 2, like, fill)));
    CATCH_CHECK(drawn.second.equal(fm::draw_rows(stream, position + 1, 50, 2, like, fill)));
  }
}

CATCH_TEST_CASE("a checkpoint written from one device is read on the other", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  const TemporaryFolder folder;
  const auto file = folder.path() / "policy.safetensors";
  const at::NoGradGuard no_grad;
  const auto cuda = model_on(*device, fm::test::small_chunked("flow"));
  fm::write_safetensors(file, fm::describe_checkpoint(*cuda, nullptr));
  const auto cpu = fm::load_policy(file, at::kCPU), again = fm::load_policy(file, *device);
  const at::Tensor expected = cuda->sample(batch_for(*cuda).condition, noise_of(*cuda)).cpu();
  CATCH_CHECK(difference(cpu->sample(batch_for(*cpu).condition, noise_of(*cpu)), expected) < 1e-9);
  CATCH_CHECK(again->sample(batch_for(*again).condition, noise_of(*again)).cpu().equal(expected));
}

CATCH_TEST_CASE("predictions on CUDA, as kernels and as a graph, are the CPU's in every call", "[cuda]") {
  const auto device = fm::test::cuda_device();
  if (!device) return;
  const at::NoGradGuard no_grad;
  for (const std::string& solver : {std::string("euler"), std::string("heun"), std::string("dopri5")}) {
    for (const int rows : {1, 40}) {
      CATCH_INFO(solver << " " << rows);
      fm::PolicyDescription d = fm::test::small_description();
      d.sampler.solver = solver;
      const auto predictor = [&](c10::Device where) {
        auto model = fm::make_policy_model(d, fm::RandomStream(1, "init"));
        model->to(where);
        auto made = std::make_unique<fm::ModelPredictor>(model);
        made->prepare(rows);
        return made;
      };
      const auto cpu = predictor(at::kCPU), cuda = predictor(*device);
      for (std::uint64_t call = 0; call < 6; ++call) {
        const at::Tensor seen = normals({rows, 3}, call).to(at::kDouble), noise = normals({rows, 1, 1}, call + 10);
        const auto predict = [&](fm::Predictor& with) {
          at::Tensor actions = at::zeros({rows, 1});
          with.predict({.rows = rows,
                        .observations = seen.data_ptr<double>(),
                        .goals = nullptr,
                        .noise = noise.data_ptr<float>(),
                        .guesses = nullptr,
                        .actions = actions.data_ptr<float>()});
          return actions;
        };
        CATCH_CHECK(difference(predict(*cuda), predict(*cpu)) < 1e-4);
      }
    }
  }
}
