#include "libfm/core/tfevents.hpp"

#include "libfm/core/atomic_file.hpp"
#include "tests/catch.hpp"
#include "tests/core/temporary_folder.hpp"

#include <cstring>
#include <fstream>
#include <map>
#include <vector>

namespace {

/// A protocol buffer's fields by number; numbers of 4 and 8 bytes as their raw bytes, varints as 8 raw bytes.
std::map<int, std::string> fields_of(const std::string& message) {
  std::map<int, std::string> fields;
  std::size_t at = 0;
  const auto varint = [&] {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(message.at(at++));
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.size()) {
    const std::uint64_t key = varint();
    std::string value;
    if (key % 8 == 0) {
      const std::uint64_t number = varint();
      value.assign(reinterpret_cast<const char*>(&number), sizeof(number));
    } else {
      const std::size_t size = key % 8 == 1 ? 8 : key % 8 == 5 ? 4 : varint();
      value = message.substr(at, size);
      at += size;
    }
    fields[static_cast<int>(key / 8)] = value;
  }
  return fields;
}

template <class T>
T number(const std::string& bytes) {
  CATCH_REQUIRE(bytes.size() == sizeof(T));
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

std::uint32_t masked(const std::string& bytes) {
  const std::uint32_t crc = fm::crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

std::vector<std::map<int, std::string>> events_of(const std::filesystem::path& file) {
  const std::string bytes = fm::read_file(file, 1 << 20);
  std::vector<std::map<int, std::string>> events;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::string length = bytes.substr(at, 8);
    CATCH_REQUIRE(number<std::uint32_t>(bytes.substr(at + 8, 4)) == masked(length));
    const std::string data = bytes.substr(at + 12, number<std::uint64_t>(length));
    CATCH_REQUIRE(number<std::uint32_t>(bytes.substr(at + 12 + data.size(), 4)) == masked(data));
    events.push_back(fields_of(data));
    at += 16 + data.size();
  }
  return events;
}

}  // namespace

CATCH_TEST_CASE("CRC-32C gives the known answers", "[tfevents]") {
  // RFC 3720, B.4, and the check value of the catalogue of CRC algorithms.
  CATCH_CHECK(fm::crc32c("") == 0);
  CATCH_CHECK(fm::crc32c("123456789") == 0xE3069283);
  CATCH_CHECK(fm::crc32c(std::string(32, '\0')) == 0x8A9136AA);
  CATCH_CHECK(fm::crc32c(std::string(32, '\xff')) == 0x62A8AB43);
}

CATCH_TEST_CASE("scalars are stored as Event messages", "[tfevents]") {
  const TemporaryFolder folder;
  const auto file = folder / "events.out.tfevents.0";
  fm::EventWriter(file, 1000.5).scalar(300, 1001.25, "train/loss", 0.125);
  const auto events = events_of(file);
  CATCH_REQUIRE(events.size() == 2);
  CATCH_CHECK(events[0].at(3) == "brain.Event:2");
  CATCH_CHECK(number<double>(events[0].at(1)) == 1000.5);
  CATCH_CHECK(number<double>(events[1].at(1)) == 1001.25);
  CATCH_CHECK(number<std::uint64_t>(events[1].at(2)) == 300);
  const auto value = fields_of(fields_of(events[1].at(5)).at(1));
  CATCH_CHECK(value.at(1) == "train/loss");
  CATCH_CHECK(number<float>(value.at(2)) == 0.125f);
}

CATCH_TEST_CASE("an existing file is truncated", "[tfevents]") {
  const TemporaryFolder folder;
  const auto file = folder / "events.out.tfevents.0";
  fm::EventWriter(file, 1.0).scalar(1, 2.0, "loss", 1.0);
  fm::EventWriter(file, 3.0).scalar(2, 4.0, "loss", 1.0);
  const auto events = events_of(file);
  CATCH_REQUIRE(events.size() == 2);
  CATCH_CHECK(number<std::uint64_t>(events[1].at(2)) == 2);
}
