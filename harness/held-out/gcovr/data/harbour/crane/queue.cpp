// Crates that wait for the crane, the heaviest first.
#include "queue.h"

#include <algorithm>

template <typename T> T larger(T a, T b) {
    return a > b ? a : b;
}

void Queue::push(double tons) {
    crates.push_back(tons);
    std::sort(crates.begin(), crates.end());
    most = larger(most, tons);
    longest = larger(longest, static_cast<int>(crates.size()));
}

double Queue::pop() {
    if (crates.empty())
        return 0;
    double it = crates.back();
    crates.pop_back();
    return it;
}

bool Queue::waits() const { return !crates.empty(); }
