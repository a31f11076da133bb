#include "libfm/nn/parameter_count.hpp"

#include "libfm/core/error.hpp"

#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"

CATCH_TEST_CASE("parameters are counted before a network is made", "[parameter_count]") {
  fm::NetworkOptions options;
  options.mlp.hidden = {7, 9};
  options.residual_mlp = {.width = 6, .blocks = 2};
  options.transformer = {.width = 8, .layers = 2, .heads = 2};
  options.unet = {.channels = {4, 6, 10}, .blocks = 3, .kernel = 3, .groups = 2};
  options.gru = {.width = 5};
  options.time_embedding = 4;
  const fm::NetworkSizes velocity{
      .actions = 2, .action_horizon = 3, .observations = 4, .observation_history = 2, .goals = 1};
  fm::NetworkSizes head = velocity;
  head.actions = 0;
  head.times = 0;
  head.outputs = 11;
  fm::NetworkSizes step = velocity;
  step.times = 2;
  step.goals = 0;
  fm::NetworkSizes continued = velocity;
  continued.committed = true;
  for (const std::string& name : fm::names_in(fm::network_kinds)) {
    options.name = name;
    for (const char* conditioning : {"adaln", "film"}) {
      options.residual_mlp.conditioning = conditioning;
      for (const fm::NetworkSizes& sizes : {velocity, head, step, continued}) {
        const auto made = fm::make_network(options, sizes, fm::RandomStream(0, "init"));
        CATCH_INFO(name);
        CATCH_CHECK(fm::parameter_count(options, sizes) == static_cast<double>(fm::parameter_count(*made)));
      }
    }
  }
}

CATCH_TEST_CASE("a network beyond the machine's memory is refused before it is allocated", "[parameter_count]") {
  fm::NetworkOptions options;
  options.mlp.hidden.assign(100, 65536);
  const std::string refusal = error_of<fm::InputError>(
      [&] { fm::make_network(options, {.actions = 1, .observations = 3}, fm::RandomStream(0, "init")); });
  CATCH_CHECK(contains(refusal, "4.25e+11 parameters"));
  CATCH_CHECK(contains(refusal, "GB of memory"));
}

CATCH_TEST_CASE("options are checked where a network is made, not only where they are read", "[parameter_count]") {
  const auto refusal = [](const fm::NetworkOptions& options) {
    return error_of<fm::InputError>(
        [&] { fm::make_network(options, {.actions = 1, .observations = 3}, fm::RandomStream(0, "init")); });
  };
  CATCH_CHECK(contains(refusal({.time_embedding = 7}), "network.time_embedding"));
  CATCH_CHECK(contains(refusal({.mlp = {.hidden = {}}}), "network.mlp.hidden"));
  CATCH_CHECK(contains(refusal({.mlp = {.hidden = {16, 0}}}), "network.mlp.hidden"));
}
