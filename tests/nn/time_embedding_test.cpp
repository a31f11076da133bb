#include "libfm/nn/time_embedding.hpp"

#include "libfm/flow_math/embedding.hpp"

#include "tests/catch.hpp"

#include <ATen/ops/tensor.h>

#include <cmath>

using Catch::Matchers::WithinAbs;

CATCH_TEST_CASE("the embedding is the sines, then the cosines of its frequencies", "[time_embedding]") {
  const fm::TimeEmbedding embedding(8);
  const auto frequencies = fm::embedding_frequencies(4);
  CATCH_CHECK(frequencies.front() == 1.0);
  CATCH_CHECK_THAT(frequencies.back(), WithinAbs(20.0, 1e-9));
  const at::Tensor out = embedding.forward(at::tensor({0.0f, 0.3f}).unsqueeze(1));
  CATCH_REQUIRE(out.sizes() == at::IntArrayRef({2, 8}));
  for (int k = 0; k < 4; ++k) {
    CATCH_CHECK_THAT(out[0][k].item<double>(), WithinAbs(0.0, 1e-7));
    CATCH_CHECK_THAT(out[0][4 + k].item<double>(), WithinAbs(1.0, 1e-7));
    CATCH_CHECK_THAT(out[1][k].item<double>(), WithinAbs(std::sin(0.3 * frequencies[k]), 1e-5));
    CATCH_CHECK_THAT(out[1][4 + k].item<double>(), WithinAbs(std::cos(0.3 * frequencies[k]), 1e-5));
  }
}

CATCH_TEST_CASE("embeddings of times one sampling step apart differ", "[time_embedding]") {
  const fm::TimeEmbedding embedding(64);
  for (int i = 0; i < 50; ++i) {
    const at::Tensor pair = embedding.forward(at::tensor({i / 50.0, (i + 1) / 50.0}, at::kFloat).unsqueeze(1));
    CATCH_CHECK((pair[0] - pair[1]).norm().item<double>() > 0.5);
  }
}
