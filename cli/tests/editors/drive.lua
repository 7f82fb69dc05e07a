-- What the scripts for Neovim share. A check that fails says what did not come, and leaves.

local function check(what, ok)
  if not ok then
    io.stdout:write("not so: " .. what .. "\n")
    vim.cmd("cquit")
  end
end

local function wait(what, condition)
  check(what, vim.wait(20000, condition, 20))
end

return { check = check, wait = wait }
