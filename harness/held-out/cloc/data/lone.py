# A lone file.

print("hello")
