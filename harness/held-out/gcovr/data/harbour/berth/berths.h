// Which ship lies where.
#pragma once
#include <cstdio>
#include <string>

class Berths {
  public:
    int moor(const std::string &ship, double draught);
    bool cast_off(const std::string &ship);
    int free() const;
    void dump() const;

  private:
    std::string ships[4];
    double depths[4] = {3.5, 5, 8, 12};
};
