#include "libfm/core/safetensors.hpp"

#include "libfm/core/atomic_file.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"

#include <array>

using fm::Dtype;
using fm::SafeTensors;

namespace {

// What the reference implementation (safetensors 0.8.0 for Python) writes:
//   from safetensors.numpy import save
//   save({"weight": np.arange(6, dtype=np.float32).reshape(2, 3) / 2, "count": np.array(7, dtype=np.int64),
//         "mask": np.array([1, 0, 1], dtype=np.bool_)}, {"format": "pt", "note": "h\u00e9"})
const std::string reference_header =
    "{\"__metadata__\":{\"format\":\"pt\",\"note\":\"h\xc3\xa9\"},"
    "\"count\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
    "\"weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[8,32]},"
    "\"mask\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[32,35]}}   ";
constexpr std::string_view reference_data(
    "\x07\0\0\0\0\0\0\0"
    "\0\0\0\0\0\0\x00\x3f\0\0\x80\x3f\0\0\xc0\x3f\0\0\x00\x40\0\0\x20\x40"
    "\x01\x00\x01",
    35);

std::string file_of(std::string_view header, std::string_view data) {
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(header.size() >> (8 * i));
  return length + std::string(header) + std::string(data);
}

SafeTensors reference_content() {
  const std::array<float, 6> weight = {0.0f, 0.5f, 1.0f, 1.5f, 2.0f, 2.5f};
  const std::array<std::int64_t, 1> count = {7};
  return {.tensors = {fm::make_safe_tensor<std::int64_t>("count", {}, count),
                      fm::make_safe_tensor<float>("weight", {2, 3}, weight),
                      {"mask", Dtype::BOOL, {3}, {std::byte{1}, std::byte{0}, std::byte{1}}}},
          .metadata = {{"format", "pt"}, {"note", "h\xc3\xa9"}}};
}

std::string refusal(const std::string& bytes) {
  const std::string message = error_of<fm::InputError>([&] { fm::deserialise(bytes, "some.safetensors"); });
  CATCH_CHECK(contains(message, "some.safetensors: "));
  return message;
}

/// The error for a file with this header and four bytes of data.
std::string refusal_of_header(std::string_view header) { return refusal(file_of(header, "1234")); }

}  // namespace

CATCH_TEST_CASE("a file of the reference implementation is read, and written identically", "[safetensors]") {
  const std::string reference = file_of(reference_header, reference_data);
  CATCH_REQUIRE(reference.size() == 267);
  CATCH_CHECK(fm::deserialise(reference, "reference") == reference_content());
  CATCH_CHECK(fm::serialise(reference_content()) == reference);
}

CATCH_TEST_CASE("tensors of every dtype come back from a file", "[safetensors]") {
  const TemporaryFolder folder;
  SafeTensors content;
  for (const Dtype dtype :
       {Dtype::F64, Dtype::I64, Dtype::U64, Dtype::F32, Dtype::I32, Dtype::U32, Dtype::BF16, Dtype::F16, Dtype::I16,
        Dtype::U16, Dtype::F8_E4M3, Dtype::F8_E5M2, Dtype::I8, Dtype::U8, Dtype::BOOL}) {
    const std::string name(fm::dtype_name(dtype));
    content.tensors.push_back({name, dtype, {3, 1}, std::vector(3 * fm::dtype_bytes(dtype), std::byte{1})});
  }
  content.tensors.push_back({"empty", Dtype::U8, {0, 5}, {}});
  content.metadata = {{"nested", "{\"a\": [1, \"\\n\"]}"}};
  fm::write_safetensors(folder / "all.safetensors", content);
  CATCH_CHECK(fm::read_safetensors(folder / "all.safetensors") == content);
  fm::write_safetensors(folder / "nothing.safetensors", {});
  CATCH_CHECK(fm::read_safetensors(folder / "nothing.safetensors") == SafeTensors{});
}

CATCH_TEST_CASE("wide dtypes come first and every tensor is aligned", "[safetensors]") {
  const SafeTensors content{.tensors = {{"a", Dtype::U8, {3}, std::vector(3, std::byte{1})},
                                        {"b", Dtype::F64, {1}, std::vector(8, std::byte{2})}},
                            .metadata = {}};
  const std::string bytes = fm::serialise(content);
  const SafeTensors read = fm::deserialise(bytes, "aligned");
  CATCH_CHECK(read.tensors.front().name == "b");
  CATCH_CHECK(*read.find("a") == content.tensors[0]);
  CATCH_CHECK(read.find("c") == nullptr);
  CATCH_CHECK((bytes.size() - 11) % 8 == 0);
}

CATCH_TEST_CASE("values are read as their own dtype only", "[safetensors]") {
  const SafeTensors content = reference_content();
  CATCH_CHECK(fm::values_of<float>(*content.find("weight")) == std::vector<float>{0.0f, 0.5f, 1.0f, 1.5f, 2.0f, 2.5f});
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::values_of<double>(*content.find("weight")); }),
                       "'weight' has dtype F32, expected F64"));
}

CATCH_TEST_CASE("violations of the format are refused by name", "[safetensors]") {
  CATCH_CHECK(contains(refusal("1234567"), "only 7 bytes"));
  CATCH_CHECK(contains(refusal(std::string("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10)), "more than the format's"));
  CATCH_CHECK(contains(refusal(std::string("\x09\0\0\0\0\0\0\0{}", 10)), "claims 9 bytes, but only 2 follow"));
  CATCH_CHECK(contains(refusal_of_header(" {}"), "does not begin with '{'"));
  CATCH_CHECK(contains(refusal_of_header("{]"), "not JSON"));
  CATCH_CHECK(contains(refusal_of_header("{\"a\":1}"), "'a' is not described"));
  CATCH_CHECK(contains(refusal_of_header("{}"), "end at byte 0 of 4"));
  CATCH_CHECK(contains(refusal_of_header("{\"__metadata__\":{\"a\":1}}"), "metadata 'a' is not a string"));
  CATCH_CHECK(contains(refusal_of_header("{\"__metadata__\":[]}"), "is not an object"));
  CATCH_CHECK(contains(refusal_of_header("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}"), "key 'a' twice"));
  CATCH_CHECK(contains(refusal_of_header("{\"a\":[[[[[]]]]]}"), "nested too deep"));
}

CATCH_TEST_CASE("a wrong description of a tensor is refused by name", "[safetensors]") {
  const auto entry = [](const char* dtype, const char* shape, const char* offsets) {
    return fmt::format("{{\"a\":{{\"dtype\":{},\"shape\":{},\"data_offsets\":{}}}}}", dtype, shape, offsets);
  };
  CATCH_REQUIRE(fm::deserialise(file_of(entry("\"F32\"", "[1]", "[0,4]"), "1234"), "whole").tensors.size() == 1);
  CATCH_CHECK(contains(refusal_of_header(entry("\"F33\"", "[1]", "[0,4]")), "unknown dtype \"F33\""));
  CATCH_CHECK(contains(refusal_of_header(entry("7", "[1]", "[0,4]")), "unknown dtype 7"));
  CATCH_CHECK(contains(refusal_of_header(entry("\"F32\"", "1", "[0,4]")), "shape is not a list"));
  CATCH_CHECK(contains(refusal_of_header(entry("\"F32\"", "[-1]", "[0,4]")), "not a size"));
  CATCH_CHECK(contains(refusal_of_header(entry("\"F32\"", "[1.0]", "[0,4]")), "not a size"));
  CATCH_CHECK(contains(refusal_of_header(entry("\"F32\"", "[9223372036854775808]", "[0,4]")), "not a size"));
  CATCH_CHECK(contains(refusal_of_header(entry("\"F32\"", "[2]", "[0,4]")), "do not fit its shape"));
  // 2^32 x 2^32 x 4 bytes overflows to 0, and 2^62 + 1 elements to four bytes.
  CATCH_CHECK(contains(refusal_of_header(entry("\"F32\"", "[4294967296,4294967296]", "[0,0]")), "do not fit"));
  CATCH_CHECK(contains(refusal_of_header(entry("\"F32\"", "[4611686018427387905]", "[0,4]")), "do not fit"));
  CATCH_CHECK(contains(refusal_of_header(entry("\"F32\"", "[1]", "[0,4,4]")), "not two numbers"));
  CATCH_CHECK(contains(refusal_of_header(entry("\"F32\"", "[1]", "[4,0]")), "begins at byte 4"));
  CATCH_CHECK(contains(refusal_of_header(entry("\"F32\"", "[2]", "[0,8]")), "ends at byte 8 of 4"));
  CATCH_CHECK(contains(refusal_of_header(entry("\"U8\"", "[3]", "[1,4]")), "begins at byte 1 of the data, expected 0"));
  CATCH_CHECK(contains(refusal_of_header("{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]},"
                                         "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}"),
                       "'b' begins at byte 2 of the data, expected 3"));
}

CATCH_TEST_CASE("a damaged file is read or refused, and never crashes", "[safetensors]") {
  const std::string whole = fm::serialise(reference_content());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CATCH_REQUIRE_THROWS_AS(fm::deserialise(whole.substr(0, size), "cut"), fm::InputError);
  }
  for (std::size_t position = 0; position < whole.size(); ++position) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = whole;
      flipped[position] = static_cast<char>(flipped[position] ^ (1 << bit));
      try {
        const SafeTensors content = fm::deserialise(flipped, "flipped");
        for (const fm::SafeTensor& tensor : content.tensors) {
          CATCH_REQUIRE(fm::bytes_needed(tensor.dtype, tensor.shape) == tensor.bytes.size());
        }
      } catch (const fm::InputError&) {
      }
    }
  }
}

CATCH_TEST_CASE("a digest in the metadata notices every changed bit of a file", "[safetensors]") {
  fm::SafeTensors content;
  const std::vector<float> values = {1.0F, 2.0F, 3.0F};
  content.tensors.push_back(fm::make_safe_tensor<float>("weight", {3}, values));
  content.metadata["note"] = "kept";
  const std::string bytes = fm::serialise(fm::with_digest(content));
  const fm::SafeTensors read = fm::deserialise(bytes, "file");
  CATCH_CHECK(read == content);
  CATCH_CHECK(read.verified);
  int silent = 0;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    try {
      const fm::SafeTensors other = fm::deserialise(flipped, "file");
      if (other.verified && other != content) ++silent;
    } catch (const fm::InputError&) {
    }
  }
  CATCH_CHECK(silent == 0);
}

CATCH_TEST_CASE("a file may have no digest, or waive it", "[safetensors]") {
  const auto file = [](const std::string& header) {
    const std::uint64_t length = header.size();
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &length, 8);
    return bytes + header;
  };
  CATCH_CHECK_FALSE(fm::deserialise(file(R"({"__metadata__":{"a":"b"}})"), "file").verified);
  CATCH_CHECK(fm::deserialise(file(R"({"__metadata__":{"a":"b","digest":"none"}})"), "file").verified);
  CATCH_CHECK_THROWS_AS(fm::deserialise(file(R"({"__metadata__":{"a":"b","digest":"0123"}})"), "file"), fm::InputError);
}
