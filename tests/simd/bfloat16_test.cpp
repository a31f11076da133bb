#include "libfm/simd/bfloat16.hpp"

#include "tests/catch.hpp"

namespace {

float rounded(float value) { return fm::to_float(fm::to_bfloat16(value)); }

}  // namespace

CATCH_TEST_CASE("conversion to bfloat16 rounds to nearest, ties to even", "[bfloat16]") {
  CATCH_CHECK(rounded(1.0F) == 1.0F);
  CATCH_CHECK(rounded(1.0F + 0x1p-8F) == 1.0F);
  CATCH_CHECK(rounded(1.0F + 3 * 0x1p-8F) == 1.0F + 4 * 0x1p-8F);
  CATCH_CHECK(rounded(-1.0F - 0x1.1p-8F) == -1.0F - 0x1p-7F);
}
