// Crates that wait for the crane, the heaviest first.
#pragma once
#include <vector>

class Queue {
  public:
    void push(double tons);
    double pop();
    bool waits() const;

  private:
    std::vector<double> crates;
    double most = 0;
    int longest = 0;
};
