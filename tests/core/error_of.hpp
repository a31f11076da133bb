#pragma once
// The message of the exception that a piece of code must throw.

#include "tests/catch.hpp"

#include <string>

/// what() of the Error that `work` throws; any other outcome fails the test.
template <class Error, class Work>
std::string error_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  CATCH_FAIL("no error was thrown");
  return "";
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
