#include <iostream>

#include "services/cases/domain/lifecycle_doc.h"

// Prints docs/concepts/lifecycle.md.
int main() {
  std::cout << wangge::cases::LifecycleDocument();
  return 0;
}
