#include <iostream>

#include "services/cases/domain/lifecycle_doc.h"

// Prints docs/lifecycle.md.
int main() {
  std::cout << wangge::cases::LifecycleDocument();
  return 0;
}
