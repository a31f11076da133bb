#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/data/sample_dataset.hpp"

#include <cstring>
#include <fstream>

namespace {

void put(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

void put_byte(const std::filesystem::path& file, std::size_t position, char byte) {
  std::fstream(file, std::ios::binary | std::ios::in | std::ios::out)
      .seekp(static_cast<std::streamoff>(position))
      .put(byte);
}

}  // namespace

CATCH_TEST_CASE("a changed number is refused as damage, by name", "[damaged_file]") {
  const TemporaryFolder folder;
  fm::Dataset dataset = sample_dataset(2);
  fm::write_dataset(folder / "data.h5", dataset);
  std::string bytes = fm::read_file(folder / "data.h5", 1 << 20);
  const auto number = static_cast<float>(dataset.episodes[1]->actions(2, 0));
  std::string needle(sizeof(number), '\0');
  std::memcpy(needle.data(), &number, sizeof(number));
  const std::size_t at = bytes.find(needle);
  CATCH_REQUIRE(at != std::string::npos);
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  put(folder / "data.h5", bytes);
  CATCH_CHECK(contains(error_of<fm::InputError>([&] { fm::read_dataset(folder / "data.h5"); }),
                       "data.h5: /episodes/1/actions: cannot be read, the file is damaged"));
}

CATCH_TEST_CASE("a flipped bit or truncation never crashes and never gives other numbers", "[damaged_file]") {
  const TemporaryFolder folder;
  fm::Dataset dataset = sample_dataset(2);
  dataset.uniform_states = {numbered(4, 3, 1), fm::Matrix(4, 0), numbered(4, 1, 2)};
  fm::write_dataset(folder / "whole.h5", dataset);
  const std::string whole = fm::read_file(folder / "whole.h5", 1 << 20);
  const auto file = folder / "damaged.h5";
  int refused = 0;
  const auto try_to_read = [&] {
    try {
      const fm::Dataset read = fm::read_dataset(file);
      CATCH_REQUIRE(same(read, dataset));
    } catch (const fm::InputError&) {
      ++refused;
    }
  };
  put(file, whole);
  constexpr std::size_t stride = 7;  // coprime to the field sizes of the format
  for (std::size_t i = 0; i < whole.size(); i += stride) {
    put_byte(file, i, static_cast<char>(whole[i] ^ (1 << (i / stride % 8))));
    try_to_read();
    put_byte(file, i, whole[i]);
  }
  CATCH_CHECK(refused > 0);
  refused = 0;
  int cuts = 0;
  for (std::size_t size = whole.size() - 1; size > 100; size -= 100, ++cuts) {
    std::filesystem::resize_file(file, size);
    try_to_read();
  }
  CATCH_CHECK(refused == cuts);
}
